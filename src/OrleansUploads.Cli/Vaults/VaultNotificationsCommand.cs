using System.CommandLine;
using OrleansUploads.Cli.Remote;
using OrleansUploads.Client.Models;

namespace OrleansUploads.Cli.Vaults;

/// <summary>The <c>vault notifications</c> commands: show, set and delete the topic that a vault notifies when its jobs end.</summary>
internal static class VaultNotificationsCommand
{
    public static Command Create() => new("notifications", "Show, set and delete the topic that a vault notifies when its jobs end.")
    {
        CreateShow(),
        CreateSet(),
        CreateDelete(),
    };

    private static Command CreateShow()
    {
        var name = VaultCommand.Name();
        var command = new Command("show", "Show the topic and the events.") { name };
        command.Run(async (parsed, session, cancellationToken) =>
        {
            var vault = parsed.GetRequiredValue(name);
            Print(session.Printer, vault, await session.Connection.Client.GetVaultNotificationsAsync(vault, cancellationToken));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateSet()
    {
        var name = VaultCommand.Name();
        var topic = new Argument<string>("topic") { Description = "The ARN of the topic. 'serve --notify' says where its messages go." };
        var events = new Option<string[]>("--event")
        {
            Description = "The kind of jobs; may be repeated. [default: both]",
            HelpName = "event",
        };
        events.AcceptOnlyFromAmong([.. Enum.GetNames<VaultEvent>()]);
        var command = new Command("set", "Set or replace the topic and the events.") { name, topic, events };
        command.Run(async (parsed, session, cancellationToken) =>
        {
            var vault = parsed.GetRequiredValue(name);
            var named = parsed.GetValue(events) is { Length: > 0 } some ? some : Enum.GetNames<VaultEvent>();
            var notifications = new VaultNotifications(
                parsed.GetRequiredValue(topic), [.. named.Distinct(StringComparer.Ordinal).Select(static name => Enum.Parse<VaultEvent>(name))]);
            await session.Connection.Client.SetVaultNotificationsAsync(vault, notifications, cancellationToken);
            Print(session.Printer, vault, notifications);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateDelete()
    {
        var name = VaultCommand.Name();
        var command = new Command("delete", "Send no more notifications.") { name };
        command.Run(async (parsed, session, cancellationToken) =>
        {
            var vault = parsed.GetRequiredValue(name);
            await session.Connection.Client.DeleteVaultNotificationsAsync(vault, cancellationToken);
            session.Printer.Result(new { vault }, $"The vault {vault} sends no notifications.");
            return ExitCode.Done;
        });
        return command;
    }

    private static void Print(Printer printer, string vault, VaultNotifications notifications)
    {
        var events = notifications.Events.Select(one => one.ToString()).ToArray();
        printer.Result(
            new { vault, notifications.Topic, events },
            $"{notifications.Topic}  {string.Join(", ", events)}",
            notifications.Topic);
    }
}
