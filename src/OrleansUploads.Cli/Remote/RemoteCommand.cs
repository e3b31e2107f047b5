using OrleansUploads.Core.Values;

namespace OrleansUploads.Cli.Remote;

/// <summary>A command that talks to a server. Adds the options that all of them have.</summary>
internal static class RemoteCommand
{
    private static readonly Option<string?> Endpoint = new Option<string?>("--endpoint", "--endpoint-url")
    {
        Description = $"The server's address. [default: AWS_ENDPOINT_URL, the profile's, or {Connection.DefaultEndpoint}]",
        HelpName = "url",
        Recursive = true,
    }.Refuse(static text => Connection.TryParseEndpoint(text, out _) ? null : Connection.DescribeInvalidEndpoint(text));

    private static readonly Option<string?> Account = new Option<string?>("--account", "--account-id")
    {
        Description = "The account that owns the vaults: 12 digits. [default: the account of the key]",
        HelpName = "id",
        Recursive = true,
    }.Refuse(static text => text == Connection.AccountOfKey || AccountId.TryParse(text, out _)
        ? null
        : CommonOptions.DescribeInvalidAccount(text));

    private static readonly Option<string?> Region = new Option<string?>("--region")
    {
        Description = "The region to sign for. [default: AWS_REGION, the profile's, or us-east-1]",
        HelpName = "name",
        Recursive = true,
    }.RefuseEmpty();

    private static readonly Option<string?> Profile = new Option<string?>("--profile")
    {
        Description = "The profile in ~/.aws with the key and the address. [default: the key in AWS_ACCESS_KEY_ID and "
            + "AWS_SECRET_ACCESS_KEY, or the profile in AWS_PROFILE]",
        HelpName = "name",
        Recursive = true,
    }.RefuseEmpty();

    private static readonly Option<bool> Json = new("--json")
    {
        Description = "Print JSON: one document, or one line for each item or event.",
        Recursive = true,
    };

    private static readonly Option<bool> Quiet = new("--quiet", "-q")
    {
        Description = "Print only results, such as IDs, and errors.",
        Recursive = true,
    };

    /// <summary>The options of the server and of the output.</summary>
    private static IEnumerable<Option> Options => [Endpoint, Account, Region, Profile, Json, Quiet];

    /// <summary>Adds the options to a command and those below it.</summary>
    public static Command WithConnection(this Command command)
    {
        foreach (var option in Options)
        {
            command.Add(option);
        }

        return command;
    }

    /// <summary>Sets what a command does.</summary>
    /// <param name="command">The command.</param>
    /// <param name="run">Does it, and returns the exit code.</param>
    /// <param name="limit">The option with the maximum rate, or null if the command has none.</param>
    /// <returns>The command.</returns>
    public static Command Run(
        this Command command,
        Func<ParseResult, Session, CancellationToken, Task<int>> run,
        Option<long?>? limit = null) =>
        command.Run(async (parsed, cancellationToken) =>
        {
            var printer = new Printer(parsed.GetValue(Json), parsed.GetValue(Quiet));
            var choice = new ConnectionChoice(
                parsed.GetValue(Endpoint),
                parsed.GetValue(Account),
                parsed.GetValue(Region),
                parsed.GetValue(Profile),
                limit is null ? null : parsed.GetValue(limit));
            using var connection = await Connection.OpenAsync(choice, printer, cancellationToken);
            return await run(parsed, new Session(connection, printer, ServerWords(parsed)), cancellationToken);
        });

    /// <inheritdoc cref="Run(Command, Func{ParseResult, Session, CancellationToken, Task{int}}, Option{long?})"/>
    public static Command Run(this Command command, Func<ParseResult, Session, CancellationToken, Task> run) =>
        command.Run(async (parsed, session, cancellationToken) =>
        {
            await run(parsed, session, cancellationToken);
            return ExitCode.Done;
        });

    /// <summary>The options of this call that another command needs to reach the same server.</summary>
    private static string ServerWords(ParseResult parsed) => string.Concat(
        new[] { Endpoint, Account, Region, Profile }
            .Where(option => parsed.GetValue(option) is not null)
            .Select(option => $" {option.Name} {ProgramName.Quote(parsed.GetValue(option)!)}"));
}

/// <summary>One call of a command.</summary>
/// <param name="Connection">The server.</param>
/// <param name="Printer">The output.</param>
/// <param name="ServerWords">The options that name the server, with a leading space, or empty.</param>
internal sealed record Session(Connection Connection, Printer Printer, string ServerWords);
