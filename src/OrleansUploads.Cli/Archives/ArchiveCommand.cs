namespace OrleansUploads.Cli.Archives;

/// <summary>The <c>archive</c> commands: list and delete the archives of a vault.</summary>
internal static class ArchiveCommand
{
    public static Command Create() => new Command("archive", "List and delete the archives of a vault.")
    {
        CreateList(),
        CreateDelete(),
    }.WithConnection();

    private static Command CreateList()
    {
        var vault = CommonOptions.Vault();
        var filter = new ArchiveFilter();
        var command = new Command("list", "List the archives, oldest first, from a new inventory. On Amazon's servers this takes hours.") { vault };
        filter.AddTo(command);
        return command.Run(async (parsed, session, cancellationToken) =>
        {
            var name = parsed.GetRequiredValue(vault);
            var table = new Table("NAME", "SIZE", "CREATED", "ID");
            await session.Printer.ListAsync(
                new Inventory(session).ReadAsync(name, cancellationToken).Where(entry => filter.Includes(parsed, entry)),
                entry =>
                {
                    if (session.Printer.IsJson || session.Printer.IsQuiet)
                    {
                        session.Printer.Result(
                            new { entry.ArchiveId, entry.Description, entry.SizeBytes, entry.CreatedAt, treeHash = entry.TreeHash.ToString() },
                            "",
                            entry.ArchiveId);
                    }
                    else
                    {
                        table.Add(
                            entry.Description is { Length: > 0 } description ? description : "-",
                            ByteCount.Format(entry.SizeBytes),
                            TimeText.Format(entry.CreatedAt),
                            entry.ArchiveId[..Math.Min(entry.ArchiveId.Length, ArchiveLookup.ShortIdChars)]);
                    }
                },
                filter.IsUsed(parsed) ? $"The vault {name} has no such archives." : $"The vault {name} has no archives.",
                new OldestFirst<InventoryEntry>(static entry => entry.CreatedAt, static entry => entry.Description ?? ""));
            table.Finish();
        });
    }

    private static Command CreateDelete()
    {
        var vault = CommonOptions.Vault();
        var ids = new Argument<string[]>("archive-id")
        {
            Description = "The IDs of the archives, or their beginnings as 'archive list' shows them.",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new Command("delete", "Delete archives. This cannot be undone.") { ids, vault };
        return command.Run(async (parsed, session, cancellationToken) =>
        {
            var name = parsed.GetRequiredValue(vault);
            var chosen = await new ArchiveLookup(session, name).FindAsync(parsed.GetRequiredValue(ids), alsoNames: false, cancellationToken);
            foreach (var id in chosen)
            {
                await session.Connection.Client.DeleteArchiveAsync(name, id, cancellationToken);
                session.Printer.Result(new { deleted = id }, $"Deleted {id}.");
            }
        });
    }
}
