using OrleansUploads.Core.Values;
using OrleansUploads.Gateway;
using OrleansUploads.Gateway.Http.Credentials;

namespace OrleansUploads.Cli.CommandLine;

/// <summary>Options that several commands share.</summary>
internal static class CommonOptions
{
    /// <summary>The default data folder: <c>orleans-uploads</c> where the user's programs keep their state, so that it is the same
    /// wherever a command is run, and never in a checkout.</summary>
    public static string DefaultDataFolder { get; } = Path.Combine(StateFolder(), "orleans-uploads");

    /// <summary>The option with the data folder.</summary>
    /// <param name="description">What the folder is to the command.</param>
    public static Option<DirectoryInfo> Data(string description = "The data folder of the running server.")
    {
        var option = new Option<DirectoryInfo>("--data")
        {
            Description = description,
            HelpName = "folder",
            DefaultValueFactory = _ => new DirectoryInfo(DefaultDataFolder),
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: { Length: > 0 } path }] && FindFile(path) is { } file)
            {
                result.AddError($"{file} is a file. Name a folder with --data.");
            }
        });
        return option;
    }

    /// <summary>Returns the file that is in the place of a folder or of one above it, or null if there is none.</summary>
    private static string? FindFile(string path)
    {
        for (var at = path; !string.IsNullOrEmpty(at); at = Path.GetDirectoryName(at))
        {
            if (File.Exists(at))
            {
                return at;
            }
        }

        return null;
    }

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

    public static Option<AccountId> Account() => new("--account")
    {
        Description = "The account ID: 12 digits.",
        HelpName = "id",
        DefaultValueFactory = _ => AccountId.TryParse(KeyPair.DefaultAccount, out var account) ? account : default,
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

    /// <summary>An option for a duration such as <c>90s</c>, <c>15m</c>, <c>24h</c> or <c>7d</c>, with limits.</summary>
    /// <remarks>Its value is the text, so that the help shows the default as a user writes it. Read it with
    /// <see cref="Durations.TryParse"/>.</remarks>
    public static Option<string> Duration(string name, string description, TimeSpan byDefault, TimeSpan min, TimeSpan max)
    {
        var option = new Option<string>(name)
        {
            Description = description,
            HelpName = "duration",
            DefaultValueFactory = _ => Durations.Format(byDefault),
        };
        option.Validators.Add(result =>
        {
            var text = result.Tokens is [var token] ? token.Value : Durations.Format(byDefault);
            if (!Durations.TryParse(text, out var duration))
            {
                result.AddError($"'{text}' is not a valid duration. Use a form such as {Durations.Examples}.");
            }
            else if (duration < min || duration > max)
            {
                result.AddError($"{name} is {text}, but must be from {Durations.Format(min)} to {Durations.Format(max)}.");
            }
        });
        return option;
    }
}
