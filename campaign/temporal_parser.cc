#include <cctype>
#include <charconv>
#include <cmath>
#include <optional>
#include <set>

#include "campaign/formula.h"

namespace gauntlet::campaign {
namespace {

using Kind = Formula::Kind;

struct BadFormula {
  std::size_t at;
  std::string expected;
};

bool starts_name(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }
bool in_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.'; }

// Recursive descent; one method a level of the grammar.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  FormulaPtr whole() {
    FormulaPtr f = implication();
    skip_space();
    if (at_ != text_.size()) fail("the end, \"and\", \"or\", \"until\" or \"implies\"");
    require_truth(f, 0);
    return f;
  }

 private:
  [[noreturn]] void fail(std::string expected) const { throw BadFormula{at_, std::move(expected)}; }

  static FormulaPtr make(Kind kind, std::vector<FormulaPtr> of) {
    auto f = std::make_shared<Formula>();
    f->kind = kind;
    f->of = std::move(of);
    return f;
  }
  FormulaPtr timed(Kind kind, std::pair<std::int64_t, std::int64_t> window,
                   std::vector<FormulaPtr> of) const {
    auto f = std::make_shared<Formula>();
    f->kind = kind;
    f->from_ns = window.first;
    f->to_ns = window.second;
    f->of = std::move(of);
    return f;
  }
  void require_truth(const FormulaPtr& f, std::size_t at) const {
    if (f->is_number()) throw BadFormula{at, "a comparison, not a number"};
  }
  void require_number(const FormulaPtr& f, std::size_t at) const {
    if (!f->is_number()) throw BadFormula{at, "a number, not a formula"};
  }

  // Counts nesting for as long as it lives.
  struct Deeper {
    explicit Deeper(Parser& parser) : parser_(parser) {
      if (++parser_.depth_ > kDepthMax) parser_.fail("less nesting");
    }
    ~Deeper() { --parser_.depth_; }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;
    Parser& parser_;
  };

  FormulaPtr implication() {
    const Deeper deeper(*this);
    const std::size_t begin = at_;
    FormulaPtr left = disjunction();
    if (!take_word("implies") && !take("->")) return left;
    require_truth(left, begin);
    const std::size_t right_at = at_;
    FormulaPtr right = implication();
    require_truth(right, right_at);
    return make(Kind::implies, {left, right});
  }
  FormulaPtr disjunction() {
    return chain(&Parser::conjunction, {{"or", Kind::logical_or}, {"||", Kind::logical_or}});
  }
  FormulaPtr conjunction() {
    return chain(&Parser::waiting, {{"and", Kind::logical_and}, {"&&", Kind::logical_and}});
  }
  FormulaPtr chain(FormulaPtr (Parser::*next)(),
                   const std::vector<std::pair<std::string_view, Kind>>& words) {
    const std::size_t begin = at_;
    FormulaPtr left = (this->*next)();
    for (;;) {
      std::optional<Kind> kind;
      for (const auto& [word, k] : words) {
        if (!kind && (starts_name(word[0]) ? take_word(word) : take(word))) kind = k;
      }
      if (!kind) return left;
      require_truth(left, begin);
      const std::size_t right_at = at_;
      FormulaPtr right = (this->*next)();
      require_truth(right, right_at);
      left = make(*kind, {left, right});
    }
  }
  FormulaPtr waiting() {
    const std::size_t begin = at_;
    FormulaPtr left = comparison();
    if (!take_word("until") && !take_word("U")) return left;
    require_truth(left, begin);
    const auto within = window();
    const std::size_t right_at = at_;
    FormulaPtr right = comparison();
    require_truth(right, right_at);
    return timed(Kind::until, within, {left, right});
  }

  FormulaPtr comparison() {
    const std::size_t begin = at_;
    FormulaPtr left = sum();
    static const std::vector<std::pair<std::string_view, Kind>> kSigns = {
        {"<=", Kind::less_equal}, {">=", Kind::greater_equal}, {"==", Kind::equal},
        {"!=", Kind::not_equal},  {"<", Kind::less},           {">", Kind::greater}};
    for (const auto& [sign, kind] : kSigns) {
      if (!take(sign)) continue;
      require_number(left, begin);
      const std::size_t right_at = at_;
      FormulaPtr right = sum();
      require_number(right, right_at);
      return make(kind, {left, right});
    }
    return left;
  }
  FormulaPtr sum() {
    return arithmetic(&Parser::product, {{"+", Kind::add}, {"-", Kind::subtract}});
  }
  FormulaPtr product() {
    return arithmetic(&Parser::unary, {{"*", Kind::multiply}, {"/", Kind::divide}});
  }
  FormulaPtr arithmetic(FormulaPtr (Parser::*next)(),
                        const std::vector<std::pair<std::string_view, Kind>>& signs) {
    const std::size_t begin = at_;
    FormulaPtr left = (this->*next)();
    for (;;) {
      skip_space();
      if (text_.substr(at_).starts_with("->")) return left;
      std::optional<Kind> kind;
      for (const auto& [sign, k] : signs) {
        if (!kind && take(sign)) kind = k;
      }
      if (!kind) return left;
      require_number(left, begin);
      const std::size_t right_at = at_;
      FormulaPtr right = (this->*next)();
      require_number(right, right_at);
      left = make(*kind, {left, right});
    }
  }

  FormulaPtr unary() {
    const Deeper deeper(*this);
    skip_space();
    const std::size_t begin = at_;
    if (take("-")) {
      FormulaPtr f = unary();
      require_number(f, begin);
      return make(Kind::negate, {f});
    }
    // Temporal operators and negation bind to what follows, up to a comparison.
    if (take_word("not") || (!text_.substr(at_).starts_with("!=") && take("!"))) {
      return make(Kind::logical_not, {operand()});
    }
    if (take_word("always") || take_word("G")) {
      const auto within = window();
      return timed(Kind::always, within, {operand()});
    }
    if (take_word("eventually") || take_word("F")) {
      const auto within = window();
      return timed(Kind::eventually, within, {operand()});
    }
    return primary();
  }
  FormulaPtr operand() {
    const std::size_t begin = at_;
    FormulaPtr f = comparison();
    require_truth(f, begin);
    return f;
  }
  FormulaPtr primary() {
    skip_space();
    if (take("(")) {
      FormulaPtr f = implication();
      close(")");
      return f;
    }
    if (take_word("abs")) {
      if (!take("(")) fail("\"(\"");
      const std::size_t begin = at_;
      FormulaPtr f = implication();
      require_number(f, begin);
      close(")");
      return make(Kind::absolute, {f});
    }
    if (at_ < text_.size() && starts_name(text_[at_])) {
      auto f = std::make_shared<Formula>();
      f->kind = Kind::signal;
      const std::size_t begin = at_;
      while (at_ < text_.size() && in_name(text_[at_])) ++at_;
      f->name = text_.substr(begin, at_ - begin);
      return f;
    }
    auto f = std::make_shared<Formula>();
    f->number = number("a number, the name of a signal or \"(\"");
    return f;
  }

  std::pair<std::int64_t, std::int64_t> window() {
    if (!take("[")) return {0, kUnbounded};
    const std::int64_t from = duration();
    if (!take(",") && !take(":")) fail("\",\"");
    const std::size_t to_at = at_;
    const std::int64_t to = duration();
    if (to < from) throw BadFormula{to_at, "an upper bound not below the lower one"};
    close("]");
    return {from, to};
  }
  std::int64_t duration() {
    skip_space();
    const std::size_t begin = at_;
    const double value = number("a time in seconds");
    double ns = 1e9;
    if (take_word("ms")) {
      ns = 1e6;
    } else if (take_word("min")) {
      ns = 60e9;
    } else {
      take_word("s");
    }
    if (!(value >= 0) || value * ns > 9e18) {
      throw BadFormula{begin, "a time between 0 and 9e9 s"};
    }
    return std::llround(value * ns);
  }
  double number(std::string_view expected) {
    skip_space();
    double value = 0;
    const char* begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
    if (error != std::errc{} || !std::isfinite(value)) fail(std::string(expected));
    at_ += static_cast<std::size_t>(end - begin);
    return value;
  }
  void close(std::string_view bracket) {
    if (!take(bracket)) fail("\"" + std::string(bracket) + "\"");
  }

  void skip_space() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  bool take(std::string_view sign) {
    skip_space();
    if (!text_.substr(at_).starts_with(sign)) return false;
    at_ += sign.size();
    return true;
  }
  bool take_word(std::string_view word) {
    skip_space();
    if (!text_.substr(at_).starts_with(word)) return false;
    const std::size_t end = at_ + word.size();
    if (end < text_.size() && in_name(text_[end])) return false;
    at_ = end;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

void collect(const Formula& f, std::set<std::string>& names) {
  if (f.kind == Kind::signal) names.insert(f.name);
  for (const FormulaPtr& part : f.of) collect(*part, names);
}

}  // namespace

Result<FormulaPtr> parse_formula(std::string_view text) {
  try {
    return Parser(text).whole();
  } catch (const BadFormula& bad) {
    return Error{"bad_formula", "column " + std::to_string(bad.at + 1) + " of \"" +
                                    std::string(text) + "\": expected " + bad.expected};
  }
}

std::vector<std::string> signals_of(const Formula& formula) {
  std::set<std::string> names;
  collect(formula, names);
  return {names.begin(), names.end()};
}

}  // namespace gauntlet::campaign
