namespace OrleansUploads.Silo.Database;

/// <summary>What a server says about itself.</summary>
/// <param name="Timeline">The timeline of a primary; null for a standby or without an answer.</param>
/// <param name="System">The identifier of the database, which primary and standbys share.</param>
/// <param name="IsReadOnly">Whether it refuses writes, as a standby or by its settings.</param>
/// <param name="Fault">Why there is no answer, or null.</param>
internal sealed record DatabaseServerReport(uint? Timeline, long System, bool IsReadOnly, Exception? Fault);
