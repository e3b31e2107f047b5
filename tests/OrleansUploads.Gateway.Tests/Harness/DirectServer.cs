using System.Buffers.Binary;
using System.Net;
using Amazon.Runtime;
using OrleansUploads.Engine.ObjectStorage;
using OrleansUploads.Storage.S3;

namespace OrleansUploads.Gateway.Tests.Harness;

/// <summary>A server whose part store is a bucket of another server in this process, so that nodes can write into it.</summary>
public class DirectServer : S3Server
{
    private GatewayServer _store = null!;
    private ObjectPartStore _parts = null!;
    private HttpClient _http = null!;

    /// <summary>The clock of the store. Moving it ends signed writes.</summary>
    public SettableClock StoreClock => _store.Setup.Clock;

    protected override GatewaySetup Setup => ScopedKeys.AddTo(new GatewaySetup { Clock = NewClock(), Parts = _parts });

    public override async ValueTask InitializeAsync()
    {
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        _store = await GatewayServer.StartAsync(
            new GatewaySetup { Clock = NewClock(), Host = GatewaySetup.InThisProcess }, static services => services.AddS3Front());
        (await _store.SendAsync(Request("PUT", "/parts", null), Owner)).Expect(200);
        var address = new StorageAddress(StorageAddress.S3, "parts", "p/") { Endpoint = new Uri($"http://{_store.EndPoint}") };
        _parts = await ObjectPartStore.OpenAsync(new S3Storage(address, new BasicAWSCredentials(Signer.KeyId, Signer.Secret)));
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _parts.Dispose();
        await _store.DisposeAsync();
        _http.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The object that a node writes: the bytes, and a footer as docs/direct-writes.md describes it.</summary>
    /// <param name="upload">The upload in the footer.</param>
    /// <param name="attempt">The attempt in the footer.</param>
    /// <param name="bytes">The bytes.</param>
    /// <param name="hashed">The bytes whose leaves the footer has, or null for the bytes.</param>
    public static byte[] ObjectOf(string upload, string attempt, byte[] bytes, byte[]? hashed = null)
    {
        List<byte> footer = [];
        foreach (var leaf in (hashed ?? bytes).Chunk(Requests.MiB))
        {
            footer.AddRange(SHA256.HashData(leaf));
        }

        var trailer = new byte[20];
        "OU-PART\n"u8.CopyTo(trailer);
        trailer[8] = 2;
        BinaryPrimitives.WriteInt64LittleEndian(trailer.AsSpan(12), bytes.Length);
        footer.AddRange(trailer);
        footer.AddRange(SHA256.HashData([.. footer, .. Encoding.ASCII.GetBytes(upload), .. Convert.FromHexString(attempt)]));
        return [.. bytes, .. footer];
    }

    /// <summary>Sends what a node writes.</summary>
    /// <param name="grant">The grant in an answer.</param>
    /// <param name="content">The object.</param>
    /// <param name="withHeaders">Whether to send the headers of the grant.</param>
    /// <param name="key">Changes the address, or null.</param>
    public async Task<HttpStatusCode> PutAsync(JsonElement grant, byte[] content, bool withHeaders = true, Func<string, string>? key = null)
    {
        var address = grant.GetProperty("url").GetString()!;
        using var request = new HttpRequestMessage(HttpMethod.Put, key?.Invoke(address) ?? address) { Content = new ByteArrayContent(content) };
        foreach (var header in withHeaders ? grant.GetProperty("headers").EnumerateObject() : default)
        {
            request.Headers.Add(header.Name, header.Value.GetString());
        }

        using var answer = await _http.SendAsync(request);
        return answer.StatusCode;
    }

    /// <summary>The clock of the SDK that signs is that of the machine.</summary>
    private static SettableClock NewClock()
    {
        var clock = new SettableClock();
        clock.Advance(TimeProvider.System.GetUtcNow() - clock.Now);
        return clock;
    }
}
