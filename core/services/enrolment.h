// People as a table, one a line, and their way into the services: each gets a cluster from the
// cluster job, a secret at authz and a record at profile.
//
//   user,secret,name,email,age_years,sex,height_cm,weight_kg,proficiency
//   alice,correct horse,Alice A.,alice@example.org,34,female,172,65,beginner
//
// The first line names the columns, just these. No quoting: no field holds a comma. The table is
// the whole population, because cells are made of all people at once; with fewer people than a cell
// needs there is one cell.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/services/clusters.h"
#include "core/services/service_set.h"

namespace gauntlet {

struct Enrolment {
  Person person;
  std::string secret;
};

// Error "bad_people", with line, column and value (never a secret).
Result<std::vector<Enrolment>> parse_people(std::string_view table);

// Errors: those of register_person, with the user's name.
Result<void> enrol(ServiceSet& services, const std::vector<Enrolment>& people,
                   ClusterOptions options = {});

}  // namespace gauntlet
