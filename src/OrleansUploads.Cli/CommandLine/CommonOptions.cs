using System.CommandLine;
using OrleansUploads.Core.Values;
using OrleansUploads.Gateway;

namespace OrleansUploads.Cli.CommandLine;

/// <summary>Options that several commands share.</summary>
internal static class CommonOptions
{
    /// <summary>The default name of the data folder.</summary>
    public const string DefaultDataFolder = "orleans-uploads-data";

    /// <summary>The default account of access keys.</summary>
    public const string DefaultAccount = "000000000001";

    public static Option<DirectoryInfo> Data() => new("--data")
    {
        Description = "The data folder, which contains the journal, the archives and the keys. Created if it does not exist.",
        DefaultValueFactory = _ => new DirectoryInfo(DefaultDataFolder),
    };

    public static Option<AccountId> Account() => new("--account")
    {
        Description = "The account ID: 12 digits.",
        DefaultValueFactory = _ => AccountId.TryParse(DefaultAccount, out var account) ? account : default,
        CustomParser = result =>
        {
            if (!AccountId.TryParse(result.Tokens[0].Value, out var account))
            {
                result.AddError($"'{result.Tokens[0].Value}' is not a valid account ID. Use 12 digits.");
            }

            return account;
        },
    };

    /// <summary>An option for a duration such as <c>90s</c>, <c>15m</c>, <c>24h</c> or <c>7d</c>, with a minimum.</summary>
    public static Option<TimeSpan> Duration(
        string name, string description, TimeSpan byDefault, TimeSpan min = default) => new(name)
        {
            Description = description + " For example 90s, 15m, 24h or 7d.",
            DefaultValueFactory = _ => byDefault,
            CustomParser = result =>
            {
                if (!Durations.TryParse(result.Tokens[0].Value, out var duration))
                {
                    result.AddError(
                        $"'{result.Tokens[0].Value}' is not a valid duration. Use a form such as 90s, 15m, 24h or 7d.");
                }
                else if (duration < min)
                {
                    result.AddError($"{name} is {result.Tokens[0].Value}, but must be at least {min.TotalSeconds:F0}s.");
                }

                return duration;
            },
        };
}
