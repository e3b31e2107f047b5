using System.CommandLine;
using System.CommandLine.Parsing;
using OrleansUploads.Core;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Gateway;
using OrleansUploads.Gateway.Notifications;

namespace OrleansUploads.Cli.Serving;

/// <summary>Options of <c>serve</c> that are more than a plain value.</summary>
internal static class ServeOptions
{
    /// <summary>Receivers of topics, for those who would rather not write them on the command line.</summary>
    public const string NotifyVariable = "ORLEANSUPLOADS_NOTIFY";

    /// <summary><c>--retrieval-delay 3h</c> for all tiers, <c>--retrieval-delay standard=3h</c> for one; what comes later
    /// wins.</summary>
    public static Option<RetrievalPolicy> RetrievalDelay() => new("--retrieval-delay")
    {
        Description = "Make the output of jobs wait this long: 3h for all tiers, or standard=3h, expedited=1m, bulk=12h; "
            + "may be repeated. Inventories wait as the standard tier does. Default 0.",
        Arity = ArgumentArity.OneOrMore,
        DefaultValueFactory = _ => new RetrievalPolicy(),
        CustomParser = result =>
        {
            if (!RetrievalDelays.TryParse(result.Tokens.Select(token => token.Value), out var policy, out var wrong))
            {
                result.AddError($"'{wrong}' is no delay: write {RetrievalDelays.Form}.");
            }

            return policy;
        },
    };

    /// <summary><c>--notify arn:…=https://…</c>, repeated, and the same in <see cref="NotifyVariable"/>.</summary>
    public static Option<TopicReceivers> Notify() => new("--notify")
    {
        Description = "Post a message of each finished job to an address, if the job or its vault names this topic: "
            + "arn:aws:sns:us-east-1:111122223333:ready=https://example.org/ready. May be repeated; "
            + $"more, with blanks between, in the variable {NotifyVariable}.",
        Arity = ArgumentArity.OneOrMore,
        DefaultValueFactory = result => Receivers([], result),
        CustomParser = result => Receivers([.. result.Tokens.Select(token => token.Value)], result),
    };

    /// <summary><c>--inventory current|daily</c>.</summary>
    public static Option<InventorySchedule> Inventory() => new("--inventory")
    {
        Description = "Take the inventory of a vault with every change (current), or once a day (daily).",
        DefaultValueFactory = _ => InventorySchedule.Current,
        CustomParser = result =>
        {
            switch (result.Tokens[0].Value)
            {
                case "current":
                    return InventorySchedule.Current;
                case "daily":
                    return InventorySchedule.Daily;
                default:
                    result.AddError($"'{result.Tokens[0].Value}' is no schedule of inventories: write current or daily.");
                    return InventorySchedule.Current;
            }
        },
    };

    /// <summary><c>--max-vaults 1000</c>.</summary>
    public static Option<int> MaxVaults()
    {
        var option = new Option<int>("--max-vaults")
        {
            Description = "Let each account have at most this many vaults.",
            DefaultValueFactory = _ => Limits.MaxVaultsPerAccount,
        };
        option.Validators.Add(result =>
        {
            if (!result.Errors.Any() && result.GetValueOrDefault<int>() < 1)
            {
                result.AddError("--max-vaults is at least 1.");
            }
        });
        return option;
    }

    private static TopicReceivers Receivers(IReadOnlyList<string> told, ArgumentResult result)
    {
        var configured = Environment.GetEnvironmentVariable(NotifyVariable) ?? "";
        var texts = configured.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries).Concat(told);
        if (!TopicReceivers.TryParse(texts, out var receivers, out var flaw))
        {
            result.AddError(flaw);
        }

        return receivers;
    }
}
