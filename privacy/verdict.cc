#include "privacy/verdict.h"

namespace gauntlet::privacy {

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::leaks:
      return "leaks";
    case Verdict::bounded:
      return "bounded";
    case Verdict::inconclusive:
      break;
  }
  return "inconclusive";
}

bool found(const Estimate& measured, double baseline) {
  return measured.interval && measured.interval->lo > baseline;
}

Verdict judge(const Estimate& measured, double baseline, const Estimate& planted) {
  if (found(measured, baseline)) return Verdict::leaks;
  if (!measured.interval || !found(planted, baseline)) return Verdict::inconclusive;
  return Verdict::bounded;
}

bool in_order(const Estimate& sees_less, const Estimate& sees_more) {
  return !sees_less.interval || !sees_more.interval ||
         sees_more.interval->hi >= sees_less.interval->lo;
}

}  // namespace gauntlet::privacy
