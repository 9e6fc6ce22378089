// What the page is made of; generated from reports/web and uPlot when the library is built.
#pragma once

#include <string_view>

namespace gauntlet::reports::web {

extern const std::string_view kUplotCss;
extern const std::string_view kUplotJs;
extern const std::string_view kReportCss;
extern const std::string_view kReportHtml;
extern const std::string_view kBaseJs;
extern const std::string_view kPlotsJs;
extern const std::string_view kSectionsJs;
extern const std::string_view kCampaignJs;
extern const std::string_view kMainJs;

}  // namespace gauntlet::reports::web
