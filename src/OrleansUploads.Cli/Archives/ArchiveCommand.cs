using System.CommandLine;
using OrleansUploads.Cli.CommandLine;
using OrleansUploads.Cli.Remote;
using OrleansUploads.Client.Models;

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
        var vault = VaultOption.Create();
        var command = new Command("list", "List the archives, oldest first, from a new inventory. On Amazon's servers this takes hours.") { vault };
        command.Run(async (parsed, session, cancellationToken) =>
        {
            var name = parsed.GetRequiredValue(vault);
            await session.Printer.ListAsync(
                new Inventory(session).ReadAsync(name, cancellationToken),
                entry => session.Printer.Result(
                    new { entry.ArchiveId, entry.Description, entry.SizeBytes, entry.CreatedAt, treeHash = entry.TreeHash.ToString() },
                    $"{entry.ArchiveId}  {TimeText.Format(entry.CreatedAt)}  {ByteCount.Format(entry.SizeBytes)}  {entry.Description}",
                    entry.ArchiveId),
                $"The vault {name} has no archives.",
                new OldestFirst<InventoryEntry>(static entry => entry.CreatedAt, static entry => entry.Description ?? ""));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateDelete()
    {
        var vault = VaultOption.Create();
        var ids = new Argument<string[]>("archive-id")
        {
            Description = "The IDs of the archives.",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new Command("delete", "Delete archives. This cannot be undone.") { ids, vault };
        command.Run(async (parsed, session, cancellationToken) =>
        {
            foreach (var id in parsed.GetRequiredValue(ids))
            {
                await session.Connection.Client.DeleteArchiveAsync(parsed.GetRequiredValue(vault), id, cancellationToken);
                session.Printer.Result(new { deleted = id }, $"Deleted {id}.");
            }

            return ExitCode.Done;
        });
        return command;
    }
}
