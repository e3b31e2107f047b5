using System.CommandLine;
using OrleansUploads.Cli.Remote;

namespace OrleansUploads.Cli.Vaults;

/// <summary>The <c>vault tag</c> commands: list, add and remove the tags of a vault.</summary>
internal static class VaultTagCommand
{
    public static Command Create() => new("tag", "List, add and remove the tags of a vault.")
    {
        CreateList(),
        CreateAdd(),
        CreateRemove(),
    };

    private static Command CreateList()
    {
        var name = VaultCommand.Name();
        var command = new Command("list", "List the tags.") { name };
        command.Run(async (parsed, session, cancellationToken) =>
        {
            var vault = parsed.GetRequiredValue(name);
            var tags = await session.Connection.Client.ListTagsAsync(vault, cancellationToken);
            await session.Printer.ListAsync(
                tags.ToAsyncEnumerable(),
                tag => session.Printer.Result(new { tag.Key, tag.Value }, $"{tag.Key}={tag.Value}", $"{tag.Key}={tag.Value}"),
                $"The vault {vault} has no tags.");

            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateAdd()
    {
        var name = VaultCommand.Name();
        var tags = new Argument<string[]>("tag")
        {
            Description = "Tags of the form key=value.",
            Arity = ArgumentArity.OneOrMore,
        };
        tags.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.IndexOf('=', StringComparison.Ordinal) < 1))
            {
                result.AddError($"'{token.Value}' is not a tag. Use the form key=value.");
            }
        });
        var command = new Command("add", "Add tags. One with the same key is replaced.") { name, tags };
        command.Run(async (parsed, session, cancellationToken) =>
        {
            var vault = parsed.GetRequiredValue(name);
            var added = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var tag in parsed.GetRequiredValue(tags))
            {
                var at = tag.IndexOf('=', StringComparison.Ordinal);
                added[tag[..at]] = tag[(at + 1)..];
            }

            await session.Connection.Client.AddTagsAsync(vault, added, cancellationToken);
            session.Printer.Result(new { vault, added }, $"Added {string.Join(", ", added.Keys)} to the vault {vault}.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateRemove()
    {
        var name = VaultCommand.Name();
        var keys = new Argument<string[]>("key") { Description = "Keys of tags.", Arity = ArgumentArity.OneOrMore };
        var command = new Command("remove", "Remove tags.") { name, keys };
        command.Run(async (parsed, session, cancellationToken) =>
        {
            var vault = parsed.GetRequiredValue(name);
            var removed = parsed.GetRequiredValue(keys);
            await session.Connection.Client.RemoveTagsAsync(vault, removed, cancellationToken);
            session.Printer.Result(new { vault, removed }, $"Removed {string.Join(", ", removed)} from the vault {vault}.");
            return ExitCode.Done;
        });
        return command;
    }
}
