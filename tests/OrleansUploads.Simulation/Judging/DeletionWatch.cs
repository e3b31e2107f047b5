namespace OrleansUploads.Simulation.Judging;

/// <summary>Observes each deletion when it becomes durable. Answers alone do not show whether it was
/// before or after a lock was complete.</summary>
internal sealed class DeletionWatch(Action<VaultIncarnation, ArchiveId> onDeleted)
{
    private static readonly byte[] Deletion = "\"archive-deleted.1\",{\"archive\":\""u8.ToArray();

    public void Saw(JournalAppend append)
    {
        if (append.Entity.Kind != EntityKind.ArchiveShard
            || !VaultIncarnation.TryParse(append.Entity.Key[..append.Entity.Key.LastIndexOf('/')], out var life))
        {
            return;
        }

        var rest = append.Record.Span;
        while (rest.IndexOf(Deletion) is var place and >= 0)
        {
            rest = rest[(place + Deletion.Length)..];
            if (ArchiveId.TryParse(Encoding.ASCII.GetString(rest[..Limits.ArchiveIdChars]), out var archive))
            {
                onDeleted(life, archive);
            }
        }
    }
}
