using System.CommandLine;
using OrleansUploads.Cli.CommandLine;
using OrleansUploads.Cli.Remote;

namespace OrleansUploads.Cli.Accounts;

/// <summary>The <c>capacity</c> commands: list and purchase units of provisioned capacity.</summary>
internal static class CapacityCommand
{
    public static Command Create() => new Command("capacity", "List and purchase units of provisioned capacity.")
    {
        CreateList(),
        CreatePurchase(),
    }.WithConnection();

    private static Command CreateList()
    {
        var command = new Command("list", "List the units of the account that have not expired.");
        command.Run(async (_, session, cancellationToken) =>
        {
            var units = await session.Connection.Client.ListProvisionedCapacityAsync(cancellationToken);
            await session.Printer.ListAsync(
                units.ToAsyncEnumerable(),
                unit => session.Printer.Result(
                    new { unit.CapacityId, unit.StartsAt, unit.ExpiresAt },
                    $"{unit.CapacityId}  from {TimeText.Format(unit.StartsAt)} to {TimeText.Format(unit.ExpiresAt)}",
                    unit.CapacityId),
                "The account has no provisioned capacity.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreatePurchase()
    {
        var command = new Command("purchase", "Purchase a unit for a month. Amazon charges for it; here it has no effect on jobs.");
        command.Run(async (_, session, cancellationToken) =>
        {
            var capacityId = await session.Connection.Client.PurchaseProvisionedCapacityAsync(cancellationToken);
            session.Printer.Result(new { capacityId }, $"Purchased the unit {capacityId}.", capacityId);
            return ExitCode.Done;
        });
        return command;
    }
}
