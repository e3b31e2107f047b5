namespace OrleansUploads.Cli.Archives;

/// <summary><c>archive</c>: list and delete the archives of a vault.</summary>
internal static class ArchiveCommand
{
    public static Command Create() => new Command("archive", "List and delete the archives of a vault.")
    {
        CreateList(),
        CreateDelete(),
    }.WithConnection();

    private static Command CreateList()
    {
        var filter = new ArchiveFilter();
        var command = new Command("list", "List the archives, oldest first, from an inventory. On Amazon's servers a new one takes hours.")
        {
            RemoteCommand.Vault,
        };
        filter.AddTo(command);
        return command.Run(async (parsed, session, cancellationToken) =>
        {
            var table = new Table("NAME", "SIZE", "CREATED", "ID");
            await session.Printer.ListAsync(
                new Inventory(session) { TellsAge = true }.ReadAsync(cancellationToken).Where(entry => filter.Includes(parsed, entry)),
                entry => session.Printer.Row(
                    table,
                    new
                    {
                        entry.ArchiveId,
                        name = ArchiveName.Decode(entry.Description ?? ""),
                        entry.Description,
                        entry.SizeBytes,
                        entry.CreatedAt,
                        treeHash = entry.TreeHash.ToString(),
                    },
                    entry.ArchiveId,
                    ArchiveName.ShowOrHyphen(entry.Description),
                    ByteCount.Format(entry.SizeBytes),
                    TimeText.Format(entry.CreatedAt),
                    ShortId.Of(entry.ArchiveId)),
                $"The vault {session.Vault} has no {(filter.IsUsed(parsed) ? "such " : "")}archives.",
                new OldestFirst<InventoryEntry>(static entry => entry.CreatedAt, static entry => entry.Description ?? ""));
            table.Finish();
        });
    }

    private static Command CreateDelete()
    {
        var ids = new ArchiveArgument("archive-id")
        {
            Description = "The IDs of the archives, or their beginnings as 'archive list' shows them.",
            Arity = ArgumentArity.OneOrMore,
        };
        var now = new Option<bool>("--now")
        {
            Description = "Free the bytes at once, also those that a download still needs: jobs for the archives lose their output.",
        };
        var command = new Command("delete", "Delete archives. This cannot be undone.") { ids, RemoteCommand.Vault, now };
        return command.Run(async (parsed, session, cancellationToken) =>
        {
            var frees = parsed.GetValue(now);
            var chosen = await new ArchiveLookup(session).FindAsync(parsed.GetRequiredValue(ids), alsoNames: false, cancellationToken);
            foreach (var id in chosen)
            {
                var deletion = await session.Client.DeleteArchiveAsync(session.Vault, id, frees, cancellationToken);
                session.Printer.Result(
                    new { deleted = id, deletion.UnfreedBytes, deletion.UnfreedUntil }, $"Deleted {id}.{DescribeUnfreed(deletion)}");
            }
        });
    }

    /// <summary>What is not freed yet, with a leading space, or an empty text.</summary>
    private static string DescribeUnfreed(ArchiveDeletion deletion) => deletion switch
    {
        { UnfreedBytes: 0 } or { UnfreedUntil: null } => "",
        { UnfreedUntil: { } until } =>
            $" Its {ByteCount.Format(deletion.UnfreedBytes)} are kept until {TimeText.Format(until)}, because a job for it can still be "
            + "downloaded, or a backup is in progress. To free them now and end the job: the same command with --now and the whole ID.",
    };
}
