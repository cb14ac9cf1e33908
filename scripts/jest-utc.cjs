// Descriptions show local times, as kubectl does; tests compare them with recordings made in UTC.
module.exports = () => {
  process.env.TZ = 'UTC'
}
