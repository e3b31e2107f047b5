using System.Diagnostics.CodeAnalysis;
using OrleansUploads.Client;

namespace OrleansUploads.Cli.Remote;

/// <summary>The server that a command talks to.</summary>
internal sealed class Connection : IDisposable
{
    /// <summary>The address of a server on this machine.</summary>
    public const string DefaultEndpoint = "http://127.0.0.1:9400";

    /// <summary>The region of signatures if no other is configured.</summary>
    public const string DefaultRegion = "us-east-1";

    /// <summary>Stands for the account of the key.</summary>
    public const string AccountOfKey = "-";

    // A person waits for the first answer, so an absent server is reported at once.
    private static readonly RetryPolicy Quick = new() { MaxAttempts = 3, MaxDelay = TimeSpan.FromSeconds(1) };

    // Other clients may free space, but usually a person has to.
    private static readonly TimeSpan FullDiskPatience = TimeSpan.FromMinutes(1);

    // Longer than the longest delay, after which the disk was not full in between.
    private static readonly TimeSpan FullDiskGap = TimeSpan.FromSeconds(40);

    // Minutes of silence would look like a hang.
    private static readonly TimeSpan NoteInterval = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http = new(GlacierClient.CreateHandler()) { Timeout = Timeout.InfiniteTimeSpan };

    private Connection(GlacierClientOptions options, Printer printer)
    {
        Patient = CreatePatient(printer);
        Endpoint = options.Endpoint;
        Client = new GlacierClient(_http, options with { Retry = Quick });
        Transfers = new GlacierClient(_http, options with { Retry = Patient });
    }

    public Uri Endpoint { get; }

    /// <summary>How transfers retry. Once one runs, it outlasts a restart of the server.</summary>
    public RetryPolicy Patient { get; }

    /// <summary>For single requests: it gives up soon.</summary>
    public GlacierClient Client { get; }

    /// <summary>For transfers: it retries for minutes.</summary>
    public GlacierClient Transfers { get; }

    /// <summary>Opens a connection. Sends nothing.</summary>
    /// <exception cref="InvalidDataException">The endpoint is not valid.</exception>
    /// <exception cref="CredentialsMissingException">There are no credentials.</exception>
    public static async Task<Connection> OpenAsync(ConnectionChoice choice, Printer printer, CancellationToken cancellationToken)
    {
        var settings = await AwsSettings.ReadAsync(choice.Profile, cancellationToken);
        var endpoint = choice.Endpoint ?? settings.Endpoint ?? DefaultEndpoint;
        if (!TryParseEndpoint(endpoint, out var address))
        {
            throw new InvalidDataException(DescribeInvalidEndpoint(endpoint));
        }

        var key = settings.Key ?? throw new CredentialsMissingException(
            "There is no access key. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or choose a profile with --profile.");
        return new Connection(new GlacierClientOptions
        {
            Endpoint = address,
            Region = choice.Region ?? settings.Region ?? DefaultRegion,
            AccessKeyId = key.AccessKeyId,
            SecretAccessKey = key.Secret,
            SessionToken = key.Token,
            AccountId = choice.Account ?? AccountOfKey,
            RateLimit = choice.BytesPerSecond is { } rate ? new RateLimit(rate) : null,
        }, printer);
    }

    /// <summary>Parses the address of a server.</summary>
    public static bool TryParseEndpoint(string text, [NotNullWhen(true)] out Uri? address) =>
        Uri.TryCreate(text, UriKind.Absolute, out address) && address is { Scheme: "http" or "https", PathAndQuery: "/" };

    /// <summary>Says that the address of a server is not valid.</summary>
    public static string DescribeInvalidEndpoint(string text) =>
        $"The endpoint '{text}' is not valid. Use a form such as {DefaultEndpoint}.";

    /// <summary>A policy that says why it waits, and says the same thing only once.</summary>
    private static RetryPolicy CreatePatient(Printer printer)
    {
        var gate = new Lock();
        var toldAt = 0L;
        var told = new HashSet<string>();
        var fullSince = 0L;
        var fullAt = 0L;
        return new RetryPolicy
        {
            MaxAttempts = 40,
            MaxDelay = TimeSpan.FromSeconds(15),
            OnRetry = (failure, _) =>
            {
                var reason = failure.Message.ReplaceLineEndings(" ").TrimEnd('.');
                lock (gate)
                {
                    if (IsFullDisk(failure))
                    {
                        var isNew = fullAt == 0 || TimeProvider.System.GetElapsedTime(fullAt) > FullDiskGap;
                        fullAt = TimeProvider.System.GetTimestamp();
                        fullSince = isNew ? fullAt : fullSince;
                        if (TimeProvider.System.GetElapsedTime(fullSince) > FullDiskPatience)
                        {
                            throw new GlacierException(
                                failure.Code,
                                $"The disk of the server has been full for {FullDiskPatience.TotalSeconds:F0} seconds. Delete archives, "
                                + "abort uploads, or free space on the disk, and run the command again.",
                                failure);
                        }
                    }

                    if ((toldAt != 0 && TimeProvider.System.GetElapsedTime(toldAt) < NoteInterval) || !told.Add(reason))
                    {
                        return;
                    }

                    toldAt = TimeProvider.System.GetTimestamp();
                }

                printer.Event(new { @event = "waiting", error = failure.Message });
                printer.Note($"{reason}. Trying again for some minutes.");
            },
        };
    }

    /// <summary>The protocol has no code for a full disk, so the server's message has to tell it.</summary>
    private static bool IsFullDisk(GlacierException failure) =>
        failure.Code == GlacierErrorCodes.ServiceUnavailable
        && failure.Message.StartsWith("The disk of the server is full", StringComparison.Ordinal);

    public void Dispose()
    {
        Client.Dispose();
        Transfers.Dispose();
        _http.Dispose();
    }
}

/// <summary>What the command line says about the server. Null leaves a choice to the environment.</summary>
internal sealed record ConnectionChoice(
    string? Endpoint, string? Account, string? Region, string? Profile, long? BytesPerSecond);
