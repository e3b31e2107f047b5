namespace OrleansUploads.Core.Archives;

/// <summary>The facts on which the permission to delete an archive was based. The shard checks that they still hold before it
/// deletes.</summary>
/// <param name="Guard">Generation of the vault's guard that came with the policies; see <see
/// cref="Vaults.VaultPolicies.Guard"/>.</param>
/// <param name="At">Time of the verdict, in whole milliseconds.</param>
/// <param name="LooksAtClock">Whether a policy depends on the current time, directly or through the age of archives.</param>
/// <param name="LooksAtAge">Whether a policy depends on the age of archives.</param>
/// <param name="CreatedAt">Creation time of the archive according to the index, or null if it was not in the index or no policy
/// depends on it.</param>
public sealed record DeletionVerdict(long Guard, DateTimeOffset At, bool LooksAtClock, bool LooksAtAge, DateTimeOffset? CreatedAt);
