using System.CommandLine;
using OrleansUploads.Cli.Remote;

namespace OrleansUploads.Cli.Vaults;

/// <summary>The <c>vault policy</c> commands: show, set and delete the access policy of a vault.</summary>
internal static class VaultPolicyCommand
{
    /// <summary>The largest body of a document in the vault API. In JSON, a policy is a little longer than its file.</summary>
    private const int MaxPolicyBytes = 64 * 1024;

    public static Command Create() => new("policy", "Show, set and delete the access policy of a vault.")
    {
        CreateShow(),
        CreateSet(),
        CreateDelete(),
    };

    /// <summary>The argument with the file of a policy.</summary>
    public static Argument<FileInfo> PolicyFile() => new("file") { Description = "The policy, as a JSON file." };

    /// <summary>Reads the file of a policy.</summary>
    /// <exception cref="IOException">It does not exist, or is too large to be a policy.</exception>
    public static async Task<string> ReadAsync(FileInfo file, CancellationToken cancellationToken)
    {
        if (file is { Exists: true, Length: > MaxPolicyBytes })
        {
            throw new IOException($"The file {file.FullName} has {file.Length} bytes. A policy has at most {MaxPolicyBytes}.");
        }

        return await File.ReadAllTextAsync(file.FullName, cancellationToken);
    }

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
            var policy = await ReadAsync(parsed.GetRequiredValue(file), cancellationToken);
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
