#include "core/learn/subset_serving.h"

#include <bit>
#include <string>
#include <utility>

#include "core/base/check.h"

namespace gauntlet::learn {

Dataset only_sensors(const Dataset& data, std::uint32_t worn) {
  CHECK(data.channels % 3 == 0 && worn != 0 && worn >> (data.channels / 3) == 0, worn);
  Dataset out = data;
  out.channels = 3 * static_cast<std::uint32_t>(std::popcount(worn));
  out.values.clear();
  for (std::size_t i = 0; i < data.values.size(); ++i) {
    if ((worn >> (i % data.channels / 3) & 1U) != 0) out.values.push_back(data.values[i]);
  }
  return out;
}

Result<void> SubsetServing::check(const Models& models) {
  const std::size_t sensors = static_cast<std::size_t>(std::bit_width(models.size()));
  if (models.empty() || sensors > kSensorsMax || models.size() + 1 != std::size_t{1} << sensors) {
    return Error{"bad_subsets", std::to_string(models.size()) +
                                    " models; every subset of one to eight sensors has its own"};
  }
  const TrainedServing& all = *models.back();
  for (std::size_t k = 0; k < models.size(); ++k) {
    const TrainedServing& m = *models[k];
    const auto worn = static_cast<std::size_t>(std::popcount(k + 1));
    if (m.channels() != 3 * worn || m.length() != all.length() || m.rate_hz() != all.rate_hz() ||
        m.classes() != all.classes()) {
      return Error{"bad_subsets", "the model of subset " + std::to_string(k + 1) +
                                      " takes other windows or knows other exercises than that of "
                                      "all sensors"};
    }
  }
  return {};
}

SubsetServing::SubsetServing(Models models) : models_(std::move(models)) {
  const Result<void> fits = check(models_);
  CHECK(fits.ok(), fits.ok() ? std::string{} : fits.error().message);
}

const Serving& SubsetServing::of_worn(std::uint32_t worn) const {
  CHECK(worn >= 1 && worn <= models_.size(), worn);
  return *models_[worn - 1];
}

}  // namespace gauntlet::learn
