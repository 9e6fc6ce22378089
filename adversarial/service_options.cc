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
            {"all", ApiAct::all},
            {"token_flood", ApiAct::token_flood},
            {"login_flood", ApiAct::login_flood}},
           "what is tried; but for the last two with a token of his own");
  v.integer("requests", requests, {1, 1e7}, "1", "budget");
  v.number("per_s", per_s, {0.001, 1e5}, "1/s", "sent at this rate, where answers come in time");
  v.integer("addresses", addresses, {1, 1000}, "1", "hosts that it comes from");
  v.integer("connections", connections, {1, 1000}, "1", "at once from each of them");
  v.flag("open_door", open_door, "to a door that takes everything: the control that must break");
}

}  // namespace gauntlet::adversarial
