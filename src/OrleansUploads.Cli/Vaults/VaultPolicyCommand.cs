using System.CommandLine;
using OrleansUploads.Cli.CommandLine;
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
    public static Argument<string> PolicyFile() => InputFile.Argument("The policy, as a JSON file.");

    /// <summary>Reads the file of a policy.</summary>
    /// <exception cref="IOException">It does not exist, or is empty or too large.</exception>
    public static async Task<string> ReadAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = await InputFile.OpenAsync(path, cancellationToken);
        var buffer = new byte[MaxPolicyBytes + 1];
        var filled = await file.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        if (filled is 0 or > MaxPolicyBytes)
        {
            throw new IOException(
                $"{InputFile.Describe(path)} {(filled == 0 ? "is empty" : "is too long")}. A policy is a JSON document of at most "
                + $"{MaxPolicyBytes} bytes.");
        }

        using var reader = new StreamReader(new MemoryStream(buffer, 0, filled));
        return await reader.ReadToEndAsync(cancellationToken);
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
