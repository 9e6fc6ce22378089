#include "adversarial/service_options.h"

namespace gauntlet::adversarial {

void TokenAttackOptions::describe(OptionVisitor& v) {
  v.choice("family", family,
           {{"J1", TokenFamily::j1},
            {"J2", TokenFamily::j2},
            {"J3", TokenFamily::j3},
            {"J4", TokenFamily::j4},
            {"J5", TokenFamily::j5},
            {"J6", TokenFamily::j6},
            {"all", TokenFamily::all}},
           "row of the catalogue");
  v.integer("requests", requests, {1, 1e7}, "1", "budget");
  v.number("per_s", per_s, {0.001, 1e5}, "1/s", "sent at this rate");
  v.flag("open_door", open_door, "to a door that takes everything: the control that must break");
}

void ApiAttackOptions::describe(OptionVisitor& v) {
  v.choice("act", act,
           {{"foreign_objects", ApiAct::foreign_objects},
            {"mass_assignment", ApiAct::mass_assignment},
            {"flood", ApiAct::flood},
            {"traversal", ApiAct::traversal},
            {"all", ApiAct::all}},
           "what is tried with a token of his own");
  v.integer("requests", requests, {1, 1e7}, "1", "budget");
  v.number("per_s", per_s, {0.001, 1e5}, "1/s", "sent at this rate");
  v.flag("open_door", open_door, "to a door that takes everything: the control that must break");
}

}  // namespace gauntlet::adversarial
