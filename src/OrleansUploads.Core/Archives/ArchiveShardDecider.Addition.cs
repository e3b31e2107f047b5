using OrleansUploads.Core.Deciding;

namespace OrleansUploads.Core.Archives;

/// <content>The rules of additions. An archive exists once the vault has recorded it. If the vault is deleted first, it never
/// existed.</content>
public sealed partial class ArchiveShardDecider
{
    /// <summary>Adds an archive. A repeated addition never restores a deleted archive, and waits until the vault has recorded the first
    /// one. It waits for no other change, whose verdict would be about another archive.</summary>
    private Decision<ArchiveShardEvent> AddArchive(ArchiveShardState state, AddArchive command)
    {
        var entry = command.Entry;
        if (state.Deleted.ContainsKey(entry.Archive))
        {
            return Reply(AdditionVerdict.InVault);
        }

        if (state.Archives.ContainsKey(entry.Archive))
        {
            var repeated = Reply(AdditionVerdict.InVault);
            return state.Undelivered.Values.FirstOrDefault(change => change.ClosedUpload == entry.Upload) is { } undelivered
                ? repeated.Telling(TellVault(state.Vault, undelivered))
                : repeated;
        }

        if (state.IsEnded)
        {
            return Reply(AdditionVerdict.Gone);
        }

        var added = new ArchiveAdded(entry);
        ArchiveShardEvent opened = new ShardOpened(command.Vault, command.Shard);
        var isNew = state.Totals.Version == 0;
        var before = isNew ? Evolve(state, opened) : state;
        var decision = Accept(AdditionVerdict.InVault, isNew ? [opened, added] : [added]);
        return decision.Telling(TellVault(Evolve(before, added)));
    }

    /// <summary>The vault is deleted only when it counts no archive, so the archives that are still here were not counted.</summary>
    private static ArchiveShardState End(ArchiveShardState state)
    {
        var never = state.Archives.Values
            .Where(static archive => archive.DeletedIn is null)
            .Select(static archive => archive.Entry.Archive)
            .ToList();
        return WithoutArchives(state, never) with { IsEnded = true, Undelivered = state.Undelivered.Clear() };
    }
}
