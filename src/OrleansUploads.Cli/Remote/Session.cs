using OrleansUploads.Client;

namespace OrleansUploads.Cli.Remote;

/// <summary>One call of a command: the server that it talks to, and its output.</summary>
internal sealed class Session : IDisposable
{
    // A person waits for the first answer, so an absent server is reported at once.
    private static readonly RetryPolicy Quick = new() { MaxAttempts = 3, MaxDelay = TimeSpan.FromSeconds(1) };

    private static readonly TimeSpan QuickIdleTimeout = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http;

    /// <summary>Sends nothing.</summary>
    /// <exception cref="InvalidDataException">The file <paramref name="authorities"/> is needed and cannot be read.</exception>
    public Session(
        GlacierClientOptions options, Printer printer, string serverWords, string vault, TimeSpan? retryFor, string? authorities)
    {
        var handler = GlacierClient.CreateHandler();

        // A proxy cannot reach this machine under its loopback address.
        handler.UseProxy = !options.Endpoint.IsLoopback;
        if (authorities is not null && options.Endpoint.Scheme == Uri.UriSchemeHttps)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = CertificateBundle.Read(authorities).Trusts;
        }

        _http = new HttpClient(printer.IsVerbose ? new TracedRequests(printer, handler) : handler) { Timeout = Timeout.InfiniteTimeSpan };
        Endpoint = options.Endpoint;
        Printer = printer;
        ServerWords = serverWords;
        Vault = vault;
        Patient = new PatientRetry(printer, options.Endpoint, retryFor, options.TimeProvider).Policy;
        Client = new GlacierClient(
            _http, options with { Retry = retryFor is null ? Quick with { OnRetry = TellSilence } : Patient, IdleTimeout = QuickIdleTimeout });
        Transfers = new GlacierClient(_http, options with { Retry = Patient });
    }

    public Uri Endpoint { get; }

    public Printer Printer { get; }

    /// <summary>Connection options to repeat in a suggested command, with a leading space, or empty.</summary>
    public string ServerWords { get; }

    /// <summary>The vault, or empty if the command has no such option.</summary>
    public string Vault { get; }

    /// <summary>Retry policy for transfers. Patient enough to survive a restart of the server.</summary>
    public RetryPolicy Patient { get; }

    /// <summary>The client for single requests. It gives up soon, unless the user has said how long to try.</summary>
    public GlacierClient Client { get; }

    /// <summary>The client for transfers. It retries for minutes.</summary>
    public GlacierClient Transfers { get; }

    private void TellSilence(GlacierException failure, TimeSpan delay)
    {
        Printer.TraceRetry(failure, delay);
        if (failure.Code == GlacierErrorCodes.IdleTimeout)
        {
            Printer.Note($"The server at {Endpoint} does not answer. Trying again.");
        }
    }

    public void Dispose()
    {
        Client.Dispose();
        Transfers.Dispose();
        _http.Dispose();
    }
}
