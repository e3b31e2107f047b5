using System.Diagnostics.CodeAnalysis;
using OrleansUploads.Core.Values;
using OrleansUploads.Serving;

namespace OrleansUploads.Cli.Remote;

/// <summary>A command that talks to a server. Adds the options that all of them have.</summary>
internal static class RemoteCommand
{
    /// <summary>The region of signatures if no other is configured.</summary>
    public const string DefaultRegion = "us-east-1";

    private const string DefaultEndpoint = "http://127.0.0.1:9400";

    /// <summary>Stands for the account of the key.</summary>
    private const string AccountOfKey = "-";

    private const string VaultVariable = "ORLEANSUPLOADS_VAULT";

    private static readonly string? VaultOfEnvironment =
        Environment.GetEnvironmentVariable(VaultVariable) is { Length: > 0 } name ? name : null;

    /// <summary>The option <c>--vault</c>, which most commands need. <see cref="Session.Vault"/> is its value.</summary>
    public static readonly Option<string> Vault = new Option<string>("--vault", "-v")
    {
        Description = $"The name of the vault. {VaultVariable} stands for it.",
        HelpName = "name",
        Required = VaultOfEnvironment is null,
        DefaultValueFactory = VaultOfEnvironment is null ? null : static _ => VaultOfEnvironment!,
    }.Refuse(static name => CommonOptions.DescribeInvalidName(name, "vault"));

    /// <summary>The option <c>--limit</c> of commands that transfer bytes.</summary>
    public static readonly Option<long?> Limit =
        LimitOption.Create("The maximum rate of all transfers of this command together, such as 50MiB/s.");

    /// <summary>The option <c>--retry-for</c> of commands that transfer bytes.</summary>
    public static readonly Option<TimeSpan?> RetryFor = new Option<TimeSpan?>("--retry-for")
    {
        Description = "How long to try again while the server does not answer, such as 2h. [default: about 6 minutes]",
        HelpName = "duration",
    }.Parse(
        static text => Durations.TryParse(text, out var duration) && duration > TimeSpan.Zero ? duration : null,
        static text => $"--retry-for is '{text}'. It must be a duration such as {Durations.Examples}.");

    private static readonly Option<string?> Endpoint = new Option<string?>("--endpoint", "--endpoint-url")
    {
        Description = $"The server's address. [default: AWS_ENDPOINT_URL, the profile's, or {DefaultEndpoint}]",
        HelpName = "url",
        Recursive = true,
    }.Refuse(static text => TryParseEndpoint(text, out _) ? null : DescribeInvalidEndpoint(text));

    private static readonly Option<string?> Account = new Option<string?>("--account", "--account-id")
    {
        Description = "The account that owns the vaults: 12 digits. [default: the account of the key]",
        HelpName = "id",
        Recursive = true,
    }.Refuse(static text => text == AccountOfKey || AccountId.TryParse(text, out _)
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

    private static readonly Option<bool> Verbose = new("--verbose")
    {
        Description = "Write a line to standard error for each request: method, path, status, time, and why it is sent again.",
        Recursive = true,
    };

    /// <summary>Adds the options of the server and of the output to a command and those below it.</summary>
    public static Command WithConnection(this Command command)
    {
        foreach (var option in new Option[] { Endpoint, Account, Region, Profile, Json, Quiet, Verbose })
        {
            command.Add(option);
        }

        return command;
    }

    /// <summary><paramref name="run"/> returns the exit code.</summary>
    public static Command Run(this Command command, Func<ParseResult, Session, CancellationToken, Task<int>> run) =>
        command.Run(async (parsed, cancellationToken) =>
        {
            using var session = await OpenAsync(parsed, cancellationToken);
            return await run(parsed, session, cancellationToken);
        });

    public static Command Run(this Command command, Func<ParseResult, Session, CancellationToken, Task> run) =>
        command.Run(async (parsed, session, cancellationToken) =>
        {
            await run(parsed, session, cancellationToken);
            return ExitCode.Done;
        });

    public static bool TryParseEndpoint(string text, [NotNullWhen(true)] out Uri? address) =>
        Uri.TryCreate(WithBareZone(text), UriKind.Absolute, out address) && address is { Scheme: "http" or "https", Query: "", Fragment: "" };

    /// <summary>The interface of a link-local address, as in <c>http://[fe80::1%25eth0]</c>, follows an escaped percent sign in a URL. The base
    /// library expects it without the escape.</summary>
    private static string WithBareZone(string text) =>
        text.Contains("://[fe80:", StringComparison.OrdinalIgnoreCase) ? text.Replace("%25", "%", StringComparison.Ordinal) : text;

    public static string DescribeInvalidEndpoint(string text) =>
        $"The endpoint '{text}' is not valid. Use a form such as {DefaultEndpoint}.";

    private static async Task<Session> OpenAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var settings = await AwsSettings.ReadAsync(parsed.GetValue(Profile), cancellationToken);
        var endpoint = parsed.GetValue(Endpoint) ?? settings.Endpoint ?? DefaultEndpoint;
        if (!TryParseEndpoint(endpoint, out var address))
        {
            throw new InvalidDataException(DescribeInvalidEndpoint(endpoint));
        }

        var key = settings.Key ?? throw new CredentialsMissingException(
            "There is no access key. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or choose a profile with --profile.");
        var words = new[] { Endpoint, Account, Region, Profile }
            .Where(option => parsed.GetValue(option) is not null)
            .Select(option => $" {option.Name} {ProgramName.Quote(parsed.GetValue(option)!)}");
        return new Session(
            new GlacierClientOptions
            {
                Endpoint = address,
                Region = parsed.GetValue(Region) ?? settings.Region ?? DefaultRegion,
                AccessKeyId = key.AccessKeyId,
                SecretAccessKey = key.Secret,
                SessionToken = key.Token,
                AccountId = parsed.GetValue(Account) ?? AccountOfKey,
                RateLimit = parsed.GetValue(Limit) is { } rate ? new RateLimit(rate) : null,
            },
            new Printer(parsed.GetValue(Json), parsed.GetValue(Quiet), parsed.GetValue(Verbose)),
            string.Concat(words),
            parsed.GetValue(Vault) ?? "",
            parsed.GetValue(RetryFor),
            settings.Authorities);
    }
}
