using System.CommandLine;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Gateway;

namespace OrleansUploads.Cli;

/// <summary>Options that several commands have.</summary>
internal static class CommonOptions
{
    /// <summary>The data folder's name where none is given.</summary>
    public const string DefaultDataFolder = "orleans-uploads-data";

    /// <summary>The account of keys for which none is given.</summary>
    public const string DefaultAccount = "000000000001";

    public static Option<DirectoryInfo> Data() => new("--data")
    {
        Description = "The folder that holds everything: journal, archives and keys. Made if it is missing.",
        DefaultValueFactory = _ => new DirectoryInfo(DefaultDataFolder),
    };

    public static Option<AccountId> Account() => new("--account")
    {
        Description = "The account, 12 digits.",
        DefaultValueFactory = _ => AccountId.TryParse(DefaultAccount, out var account) ? account : default,
        CustomParser = result =>
        {
            if (!AccountId.TryParse(result.Tokens[0].Value, out var account))
            {
                result.AddError($"'{result.Tokens[0].Value}' is no account: 12 digits are wanted.");
            }

            return account;
        },
    };

    /// <summary>A duration such as <c>90s</c>, <c>15m</c>, <c>24h</c> or <c>7d</c>.</summary>
    public static Option<TimeSpan> Duration(string name, string description, TimeSpan byDefault) => new(name)
    {
        Description = description + " For example 90s, 15m, 24h or 7d.",
        DefaultValueFactory = _ => byDefault,
        CustomParser = result =>
        {
            if (!Durations.TryParse(result.Tokens[0].Value, out var duration))
            {
                result.AddError($"'{result.Tokens[0].Value}' is no duration: write 90s, 15m, 24h or 7d.");
            }

            return duration;
        },
    };
}
