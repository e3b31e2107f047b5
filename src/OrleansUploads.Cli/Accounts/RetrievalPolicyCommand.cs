using System.CommandLine;
using System.Globalization;
using OrleansUploads.Cli.CommandLine;
using OrleansUploads.Cli.Remote;
using OrleansUploads.Client.Models;

namespace OrleansUploads.Cli.Accounts;

/// <summary>The <c>retrieval-policy</c> commands: show and set the limit of the account for archive retrievals.</summary>
internal static class RetrievalPolicyCommand
{
    private const string None = "none";
    private const string FreeTier = "free-tier";

    public static Command Create() => new Command(
        "retrieval-policy", "Show and set the data retrieval policy: how many bytes of archives the account may retrieve in an hour.")
    {
        CreateShow(),
        CreateSet(),
    }.WithConnection();

    private static Command CreateShow()
    {
        var command = new Command("show", "Show the policy.");
        command.Run(async (_, session, cancellationToken) =>
        {
            Print(session.Printer, await session.Connection.Client.GetDataRetrievalPolicyAsync(cancellationToken));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateSet()
    {
        var limit = new Argument<DataRetrievalPolicy>("limit")
        {
            Description = $"The bytes per hour, such as 10GiB; or {FreeTier}; or {None} for no limit.",
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                if (Parse(text) is { } policy)
                {
                    return policy;
                }

                result.AddError($"'{text}' is not a limit. Use bytes per hour such as 10GiB, or {FreeTier}, or {None}.");
                return null;
            },
        };
        var command = new Command("set", "Set or replace the policy.") { limit };
        command.Run(async (parsed, session, cancellationToken) =>
        {
            var policy = parsed.GetRequiredValue(limit);
            await session.Connection.Client.SetDataRetrievalPolicyAsync(policy, cancellationToken);
            Print(session.Printer, policy);
            return ExitCode.Done;
        });
        return command;
    }

    private static DataRetrievalPolicy? Parse(string text) => text switch
    {
        None => new DataRetrievalPolicy(DataRetrievalStrategy.None),
        FreeTier => new DataRetrievalPolicy(DataRetrievalStrategy.FreeTier),
        _ when ByteCount.TryParse(text, out var bytes) && bytes > 0 => new DataRetrievalPolicy(DataRetrievalStrategy.BytesPerHour, bytes),
        _ => null,
    };

    private static void Print(Printer printer, DataRetrievalPolicy policy)
    {
        var (text, essence) = policy switch
        {
            { BytesPerHour: { } bytes } => (
                $"The account may retrieve {ByteCount.Format(bytes)} of archives per hour.", bytes.ToString(CultureInfo.InvariantCulture)),
            { Strategy: DataRetrievalStrategy.FreeTier } => ("The account may retrieve what the free tier allows.", FreeTier),
            _ => ("The account may retrieve any number of bytes.", None),
        };
        printer.Result(new { strategy = policy.Strategy.ToString(), policy.BytesPerHour }, text, essence);
    }
}
