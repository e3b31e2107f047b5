using System.CommandLine;
using OrleansUploads.Cli.CommandLine;
using OrleansUploads.Cli.Remote;

namespace OrleansUploads.Cli.Vaults;

/// <summary>The <c>vault lock</c> commands: lock a vault for ever, in two steps.</summary>
internal static class VaultLockCommand
{
    public static Command Create() => new("lock", "Lock a vault with a policy that can never be changed, in two steps.")
    {
        CreateShow(),
        CreateInitiate(),
        CreateComplete(),
        CreateAbort(),
    };

    private static Command CreateShow()
    {
        var name = VaultCommand.Name();
        var command = new Command("show", "Show the lock of a vault.") { name };
        command.Run(async (parsed, session, cancellationToken) =>
        {
            var locked = await session.Connection.Client.GetVaultLockAsync(parsed.GetRequiredValue(name), cancellationToken);
            var ends = locked.ExpiresAt is { } at ? $"; it ends {TimeText.Format(at)} unless it is completed" : "";
            session.Printer.Result(locked, $"{locked.State}, created {TimeText.Format(locked.CreatedAt)}{ends}\n{locked.Policy}", locked.State.ToString());
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateInitiate()
    {
        var name = VaultCommand.Name();
        var file = VaultPolicyCommand.PolicyFile();
        var command = new Command("initiate", "Begin a lock. It applies at once, and can be aborted until it is completed.") { name, file };
        command.Run(async (parsed, session, cancellationToken) =>
        {
            var vault = parsed.GetRequiredValue(name);
            var policy = await VaultPolicyCommand.ReadAsync(parsed.GetRequiredValue(file), cancellationToken);
            var lockId = await session.Connection.Client.InitiateVaultLockAsync(vault, policy, cancellationToken);
            session.Printer.Result(
                new { vault, lockId },
                $"The lock is in progress. To make it permanent: {ProgramName.Text} vault lock complete {vault} {lockId}{session.ServerWords}",
                lockId);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateComplete()
    {
        var name = VaultCommand.Name();
        var id = new Argument<string>("lock-id") { Description = "The ID that 'vault lock initiate' printed." };
        var command = new Command("complete", "Make a lock permanent. This cannot be undone.") { name, id };
        command.Run(async (parsed, session, cancellationToken) =>
        {
            var vault = parsed.GetRequiredValue(name);
            await session.Connection.Client.CompleteVaultLockAsync(vault, parsed.GetRequiredValue(id), cancellationToken);
            session.Printer.Result(new { vault, state = "Locked" }, $"The vault {vault} is locked.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateAbort()
    {
        var name = VaultCommand.Name();
        var command = new Command("abort", "Abort a lock that is not complete.") { name };
        command.Run(async (parsed, session, cancellationToken) =>
        {
            var vault = parsed.GetRequiredValue(name);
            await session.Connection.Client.AbortVaultLockAsync(vault, cancellationToken);
            session.Printer.Result(new { vault, state = "Unlocked" }, $"The vault {vault} is not locked.");
            return ExitCode.Done;
        });
        return command;
    }
}
