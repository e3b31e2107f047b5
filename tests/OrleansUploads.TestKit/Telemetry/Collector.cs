using System.Net;

namespace OrleansUploads.TestKit.Telemetry;

/// <summary>An OTLP collector over HTTP that keeps what it receives.</summary>
public sealed class Collector : IDisposable
{
    private readonly HttpListener _listener;
    private readonly List<Span> _spans = [];
    private readonly HashSet<string> _metrics = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly Task _receiving;

    private Collector(HttpListener listener)
    {
        _listener = listener;
        _receiving = ReceiveAsync();
    }

    /// <summary>The variables that make a server export to this collector.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Environment =>
    [
        new("OTEL_EXPORTER_OTLP_ENDPOINT", _listener.Prefixes.Single().TrimEnd('/')),
        new("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
    ];

    public IReadOnlyCollection<string> Metrics
    {
        get
        {
            lock (_gate)
            {
                return [.. _metrics];
            }
        }
    }

    public IReadOnlyList<Span> Spans
    {
        get
        {
            lock (_gate)
            {
                return [.. _spans];
            }
        }
    }

    public static Collector Start()
    {
        var listener = new HttpListener { Prefixes = { $"http://127.0.0.1:{FreePort.Take(1)[0]}/" } };
        listener.Start();
        return new Collector(listener);
    }

    public void Dispose()
    {
        _listener.Close();
        _receiving.GetAwaiter().GetResult();
    }

    private async Task ReceiveAsync()
    {
        while (true)
        {
            try
            {
                var exchange = await _listener.GetContextAsync();
                using var body = new MemoryStream();
                await exchange.Request.InputStream.CopyToAsync(body);
                Keep(exchange.Request.Url!.AbsolutePath, body.ToArray());
                exchange.Response.Close();
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException or IOException
                && !_listener.IsListening)
            {
                return;
            }
        }
    }

    private void Keep(string path, ReadOnlyMemory<byte> message)
    {
        lock (_gate)
        {
            switch (path)
            {
                case "/v1/traces":
                    _spans.AddRange(Span.ReadAll(message));
                    break;
                case "/v1/metrics":
                    _metrics.UnionWith(ProtobufMessage.Find(message, 1, 2, 2, 1).Select(ProtobufMessage.Text));
                    break;
            }
        }
    }
}
