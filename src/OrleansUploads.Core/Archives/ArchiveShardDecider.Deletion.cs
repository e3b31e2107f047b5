using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Archives;

/// <content>Deletion of archives. The caller checks the vault's policies beforehand and may be delayed after that. The shard
/// deletes only if nothing has changed that the verdict was based on.</content>
public sealed partial class ArchiveShardDecider
{
    /// <summary>Maximum age of a verdict. It is limited because a lock policy may start to forbid deletions at a certain
    /// time.</summary>
    public static readonly TimeSpan VerdictLife = TimeSpan.FromMinutes(1);

    private Decision<ArchiveShardEvent> DeleteArchive(
        ArchiveShardState state, ArchiveId archive, DeletionVerdict? verdict, ServiceTime time)
    {
        var now = time.Now;
        if (state.FindArchive(archive) is not { } entry)
        {
            return state.Deleted.ContainsKey(archive)
                ? Repeat(Done.Instance)
                : Refuse(new Refusal.ArchiveNotFound(archive));
        }

        if (IsAdditionUndelivered(state, entry))
        {
            // Until the addition is delivered, the vault may not know this shard and may not have delivered a lock's guard to it.
            // Once this answer is sent, it has.
            return Repeat(new Refusal.VerdictStale(archive, now));
        }

        if (verdict is null || !IsCurrent(state, entry, verdict, now))
        {
            return Refuse(new Refusal.VerdictStale(archive, now));
        }

        if (verdict.LooksAtClock && !time.IsTrusted)
        {
            return Refuse(new Refusal.ClockNotTrusted(archive));
        }

        var happened = new ArchiveDeleted(archive, now);
        var after = Evolve(state, happened);
        return Accept(Done.Instance, happened)
            .Telling(TellVault(after), TellJobs(after.Vault, after.Deleted[archive]));
    }

    private static bool IsAdditionUndelivered(ArchiveShardState state, ArchiveEntry entry) =>
        state.Undelivered.Values.Any(change => change.ClosedUpload == entry.Upload);

    /// <summary>Whether a verdict is about this archive, the policies in force, and the present. Verdicts from the future are
    /// rejected: a host whose clock is ahead would treat archives as older than they are.</summary>
    private static bool IsCurrent(
        ArchiveShardState state, ArchiveEntry entry, DeletionVerdict verdict, DateTimeOffset now) =>
        verdict.Guard >= state.Guard
        && (!verdict.LooksAtAge || verdict.CreatedAt == entry.CreatedAt)
        && verdict.At <= now
        && verdict.At >= now - VerdictLife;

    /// <summary>The deletion reaches the upload through the jobs, because they know how long its bytes are still
    /// needed.</summary>
    private static Intent TellJobs(VaultIncarnation vault, DeletedArchive deleted) => new(
        "release/" + deleted.Archive,
        new TellEntity(vault.Jobs, new RetireArchive(deleted.Archive, deleted.Upload, deleted.DeletedAt)),
        new ConfirmArchiveReleased(deleted.Archive))
    {
        AnswersUnconfirmed = true,
    };
}
