using System.CommandLine;
using OrleansUploads.Cli.Remote;

namespace OrleansUploads.Cli.Vaults;

/// <summary>The <c>vault policy</c> commands: show, set and delete the access policy of a vault.</summary>
internal static class VaultPolicyCommand
{
    public static Command Create() => new("policy", "Show, set and delete the access policy of a vault.")
    {
        CreateShow(),
        CreateSet(),
        CreateDelete(),
    };

    /// <summary>The argument with the file of a policy.</summary>
    public static Argument<FileInfo> PolicyFile() => new("file") { Description = "The policy, as a JSON file." };

    private static Command CreateShow()
    {
        var name = VaultCommand.Name();
        var command = new Command("show", "Print the access policy.") { name };
        command.Run(async (parsed, session, cancellationToken) =>
        {
            var policy = await session.Connection.Client.GetAccessPolicyAsync(parsed.GetRequiredValue(name), cancellationToken);
            session.Printer.Result(new { policy }, policy, policy);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateSet()
    {
        var name = VaultCommand.Name();
        var file = PolicyFile();
        var command = new Command("set", "Set or replace the access policy.") { name, file };
        command.Run(async (parsed, session, cancellationToken) =>
        {
            var vault = parsed.GetRequiredValue(name);
            var policy = await File.ReadAllTextAsync(parsed.GetRequiredValue(file).FullName, cancellationToken);
            await session.Connection.Client.SetAccessPolicyAsync(vault, policy, cancellationToken);
            session.Printer.Result(new { vault }, $"The vault {vault} has a new access policy.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateDelete()
    {
        var name = VaultCommand.Name();
        var command = new Command("delete", "Delete the access policy.") { name };
        command.Run(async (parsed, session, cancellationToken) =>
        {
            var vault = parsed.GetRequiredValue(name);
            await session.Connection.Client.DeleteAccessPolicyAsync(vault, cancellationToken);
            session.Printer.Result(new { vault }, $"The vault {vault} has no access policy.");
            return ExitCode.Done;
        });
        return command;
    }
}
