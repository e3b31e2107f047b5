using OrleansUploads.Client;

namespace OrleansUploads.Cli.Remote;

/// <summary>One call of a command: the server that it talks to, and its output.</summary>
internal sealed class Session : IDisposable
{
    // A person waits for the first answer, so an absent server is reported at once.
    private static readonly RetryPolicy Quick = new() { MaxAttempts = 3, MaxDelay = TimeSpan.FromSeconds(1) };

    private readonly HttpClient _http = new(GlacierClient.CreateHandler()) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Opens a session. Sends nothing.</summary>
    public Session(GlacierClientOptions options, Printer printer, string serverWords, string vault)
    {
        Endpoint = options.Endpoint;
        Printer = printer;
        ServerWords = serverWords;
        Vault = vault;
        Patient = new PatientRetry(printer).Policy;
        Client = new GlacierClient(_http, options with { Retry = Quick });
        Transfers = new GlacierClient(_http, options with { Retry = Patient });
    }

    public Uri Endpoint { get; }

    public Printer Printer { get; }

    /// <summary>The options of this call that another command needs to reach the same server, with a leading space, or empty.</summary>
    public string ServerWords { get; }

    /// <summary>The name of the vault, or empty if the command has no such option.</summary>
    public string Vault { get; }

    /// <summary>How transfers retry. Once one runs, it outlasts a restart of the server.</summary>
    public RetryPolicy Patient { get; }

    /// <summary>For single requests: it gives up soon.</summary>
    public GlacierClient Client { get; }

    /// <summary>For transfers: it retries for minutes.</summary>
    public GlacierClient Transfers { get; }

    public void Dispose()
    {
        Client.Dispose();
        Transfers.Dispose();
        _http.Dispose();
    }
}
