using OrleansUploads.Core.Values;
using OrleansUploads.Gateway.Http.Credentials;
using OrleansUploads.Serving;

namespace OrleansUploads.Cli.CommandLine;

/// <summary>Options that several commands share, and what is said of their values.</summary>
internal static class CommonOptions
{
    /// <summary>The default data folder: <c>orleans-uploads</c> where the user's programs keep their state, so that it is the same
    /// wherever a command is run, and never in a checkout.</summary>
    public static string DefaultDataFolder { get; } = Path.Combine(StateFolder(), "orleans-uploads");

    public static Option<DirectoryInfo> Data(string description = "The data folder of the running server.") =>
        new Option<DirectoryInfo>("--data")
        {
            Description = description,
            HelpName = "folder",
            DefaultValueFactory = _ => new DirectoryInfo(DefaultDataFolder),
        }.Refuse(static path => FileFault.FindFilePromptly(path) is { } file ? $"{file} is a file. Name a folder with --data." : null);

    /// <summary>The option <c>--json</c> of a command with one result that talks to no vault API.</summary>
    public static Option<bool> Json() => JsonOutput.CreateOption();

    public static Option<AccountId> Account() => new("--account")
    {
        Description = "The account ID: 12 digits.",
        HelpName = "id",
        DefaultValueFactory = _ => KeyPair.DefaultAccountId,
        CustomParser = result =>
        {
            if (!AccountId.TryParse(result.Tokens[0].Value, out var account))
            {
                result.AddError(DescribeInvalidAccount(result.Tokens[0].Value));
            }

            return account;
        },
    };

    /// <summary>Says that the ID of an account is not valid.</summary>
    public static string DescribeInvalidAccount(string text) => $"'{text}' is not a valid account ID. Use 12 digits.";

    /// <summary>Says that the name of an owner, for example a vault, is not valid, or returns null if it is.</summary>
    public static string? DescribeInvalidName(string name, string owner) => VaultName.TryParse(name, out _)
        ? null
        : $"'{name}' is not the name of a {owner}. A name has 1 to 255 letters, digits, '_', '-' and '.'.";

    private static string StateFolder()
    {
        if (OperatingSystem.IsWindows())
        {
            return Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        }

        return Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { } named && Path.IsPathRooted(named)
            ? named
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state");
    }
}
