using System.Net;
using OrleansUploads.Client;
using OrleansUploads.Client.Models;
using OrleansUploads.Signing;

namespace OrleansUploads.TestKit.Processes;

/// <summary>A server in its own process, which has printed its address: <c>serve</c>, a silo or another one. Disposal kills it.</summary>
public class ServingProcess : IAsyncDisposable
{
    /// <summary>The start of the line that contains a server's address.</summary>
    public const string Ready = "Ready on ";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly TimeSpan _stopPatience;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <param name="process">The process.</param>
    /// <param name="address">The address that it has printed.</param>
    /// <param name="stopPatience">How long it may take to stop.</param>
    protected ServingProcess(CapturedProcess process, Uri address, TimeSpan stopPatience)
    {
        Process = process;
        Address = address;
        _stopPatience = stopPatience;
    }

    public CapturedProcess Process { get; }

    public Uri Address { get; }

    public IPEndPoint EndPoint => new(IPAddress.Parse(Address.Host), Address.Port);

    public string Output => Process.Output;

    public string Log => Process.Error;

    public bool HasExited => Process.HasExited;

    /// <summary>The highest resident memory of the process so far.</summary>
    public long PeakMemoryBytes => Process.Figures.PeakWorkingSet64;

    public double PeakMebibytes => PeakMemoryBytes / (double)(1 << 20);

    /// <summary>The processor time that the process has used so far.</summary>
    public double ProcessorMilliseconds => Process.Figures.TotalProcessorTime.TotalMilliseconds;

    /// <summary>Waits until a process serves.</summary>
    /// <exception cref="InvalidOperationException">It has exited or is too slow; it is killed then.</exception>
    public static async Task<ServingProcess> StartAsync(CapturedProcess process) =>
        new(process, await RequireAddressAsync(process, Patience), Patience);

    /// <summary>Creates a client, by default without retries and with the key pair that tests set in the environment.</summary>
    public GlacierClient Connect(
        RetryPolicy? retry = null,
        string accessKeyId = CommandLine.AccessKeyId,
        string secret = CommandLine.SecretAccessKey) => ConnectThrough(_http, retry, accessKeyId, secret);

    /// <summary>Creates a client and a vault.</summary>
    public async Task<GlacierClient> ConnectAsync(string newVault)
    {
        var client = Connect();
        await client.CreateVaultAsync(newVault);
        return client;
    }

    /// <summary>Creates a client over another HTTP client.</summary>
    public GlacierClient ConnectThrough(
        HttpClient http,
        RetryPolicy? retry = null,
        string accessKeyId = CommandLine.AccessKeyId,
        string secret = CommandLine.SecretAccessKey) =>
        new(http, new GlacierClientOptions
        {
            Endpoint = Address,
            Region = "us-east-1",
            AccessKeyId = accessKeyId,
            SecretAccessKey = secret,
            Retry = retry ?? RetryPolicy.None,
            IdleTimeout = TimeSpan.FromSeconds(60),
        });

    /// <summary>Makes requests of S3 to this server, signed with the key pair from the environment.</summary>
    public SignedRequests SignS3() => new(
        Address, new RequestSigner(SigningRules.S3, "us-east-1", CommandLine.AccessKeyId, CommandLine.SecretAccessKey));

    public Task KillAsync() => Process.KillAsync();

    public void Terminate() => Process.Terminate();

    /// <summary>Waits for the exit.</summary>
    /// <returns>The exit code.</returns>
    public Task<int> WaitForExitAsync() => Process.WaitForExitAsync(_stopPatience);

    /// <summary>Waits for the exit after <see cref="Terminate"/> and asserts that the exit code is 0.</summary>
    public async Task WaitForCleanExitAsync() =>
        Assert.True(await WaitForExitAsync() == 0, $"The server did not exit with code 0. {this}");

    public async Task StopAsync()
    {
        Terminate();
        await WaitForCleanExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        _http.Dispose();
    }

    public override string ToString() => Process.ToString();

    /// <summary>Waits until a process is ready or has exited.</summary>
    /// <returns>Its address, or null if it has exited or is too slow.</returns>
    protected static async Task<Uri?> FindAddressAsync(CapturedProcess process, TimeSpan patience) =>
        await process.WaitForLineAsync(Ready, patience) is { } line ? new Uri(line[Ready.Length..]) : null;

    /// <inheritdoc cref="StartAsync"/>
    protected static async Task<Uri> RequireAddressAsync(CapturedProcess process, TimeSpan patience)
    {
        if (await FindAddressAsync(process, patience) is { } address)
        {
            return address;
        }

        await using (process)
        {
            throw new InvalidOperationException($"The server did not become ready. {process}");
        }
    }
}
