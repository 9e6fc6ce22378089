#include "scenarios/pipeline_preset.h"

#include <algorithm>
#include <array>

#include "core/base/check.h"
#include "core/base/nearest.h"
#include "scenarios/options_toml.h"
#include "scenarios/pipeline_texts.h"

namespace gauntlet::scenarios {

void PipelinePreset::describe(OptionVisitor& v) {
  v.text("about", about, "what it is, in a sentence");
  v.text("claim", claim, "what is published of the system it reproduces");
  v.text("model", model, "the file that `gauntlet train --pipeline` makes and a scenario serves");
  v.table("pipeline", pipeline, "which process");
  v.table("phone", phone, "the phone");
  v.table("evaluation", evaluation, "windows and classifier");
}

std::span<const std::string_view> pipeline_preset_names() {
  static const auto names = [] {
    std::array<std::string_view, std::size(kPipelineTexts)> out;
    std::ranges::transform(kPipelineTexts, out.begin(), &PipelineText::name);
    return out;
  }();
  return names;
}

Result<PipelinePreset> load_pipeline_preset(std::string_view name) {
  const auto names = pipeline_preset_names();
  const auto at = std::ranges::find(kPipelineTexts, name, &PipelineText::name);
  if (at == std::end(kPipelineTexts)) {
    std::string known;
    for (const auto n : names) known += (known.empty() ? "" : ", ") + std::string(n);
    return Error{"bad_pipeline", "pipeline '" + std::string(name) + "' is not known" +
                                     did_you_mean(name, {names.begin(), names.end()}) +
                                     "; there are " + known};
  }
  PipelinePreset preset;
  LoadedText loaded;
  std::vector<Diagnostic> problems;
  const bool good = load_options_text(
      std::string(name) + ".toml", std::string(at->text), {},
      [&preset](OptionVisitor& v) { preset.describe(v); }, loaded, problems);
  CHECK(good, to_string(problems));
  preset.name = name;
  return preset;
}

}  // namespace gauntlet::scenarios
