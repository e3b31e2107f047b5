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
                entry =>
                {
                    if (session.Printer.IsJson || session.Printer.IsQuiet)
                    {
                        session.Printer.Result(
                            new { entry.ArchiveId, name = ArchiveName.Decode(entry.Description ?? ""), entry.Description, entry.SizeBytes, entry.CreatedAt, treeHash = entry.TreeHash.ToString() },
                            "",
                            entry.ArchiveId);
                    }
                    else
                    {
                        table.Add(
                            entry.Description is { Length: > 0 } description ? ArchiveName.Show(description) : "-",
                            ByteCount.Format(entry.SizeBytes),
                            TimeText.Format(entry.CreatedAt),
                            entry.ArchiveId[..Math.Min(entry.ArchiveId.Length, ArchiveLookup.ShortIdChars)]);
                    }
                },
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
        var command = new Command("delete", "Delete archives. This cannot be undone.") { ids, RemoteCommand.Vault };
        return command.Run(async (parsed, session, cancellationToken) =>
        {
            var chosen = await new ArchiveLookup(session).FindAsync(parsed.GetRequiredValue(ids), alsoNames: false, cancellationToken);
            foreach (var id in chosen)
            {
                await session.Client.DeleteArchiveAsync(session.Vault, id, cancellationToken);
                session.Printer.Result(new { deleted = id }, $"Deleted {id}.");
            }
        });
    }
}
