using System.Net;
using System.Net.Sockets;
using OrleansUploads.Client;
using OrleansUploads.Client.Models;
using OrleansUploads.Client.Sources;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Tests.Client;

public class RetryTests
{
    private static readonly HashedBody Hello = HashedBody.Of("hello"u8.ToArray());

    [Theory]
    [InlineData(HttpStatusCode.RequestTimeout, "RequestTimeoutException")]
    [InlineData(HttpStatusCode.TooManyRequests, "Any")]
    [InlineData(HttpStatusCode.BadRequest, "ThrottlingException")]
    [InlineData(HttpStatusCode.InternalServerError, "ServiceUnavailableException")]
    [InlineData(HttpStatusCode.BadGateway, "Any")]
    [InlineData(HttpStatusCode.ServiceUnavailable, "InsufficientCapacityException")]
    public async Task A_transient_refusal_is_retried(HttpStatusCode status, string code)
    {
        var server = new ScriptedServer()
            .Answers(status, ScriptedServer.Error(code)).Answers(HttpStatusCode.NoContent);
        using var client = server.Connect();

        await client.UploadPartAsync("v", "u", 0, Hello);

        Assert.Equal(2, server.Received.Count);
        Assert.Equal("hello"u8.ToArray(), server.Received[1].Body);
    }

    [Theory]
    [InlineData(HttpStatusCode.BadRequest, "InvalidParameterValueException")]
    [InlineData(HttpStatusCode.Forbidden, "InvalidSignatureException")]
    [InlineData(HttpStatusCode.NotFound, "ResourceNotFoundException")]
    [InlineData(HttpStatusCode.Found, "Any")]
    public async Task A_permanent_refusal_is_not_retried(HttpStatusCode status, string code)
    {
        var server = new ScriptedServer().Answers(status, ScriptedServer.Error(code));
        using var client = server.Connect();

        var failure = await Assert.ThrowsAsync<GlacierException>(() => client.UploadPartAsync("v", "u", 0, Hello));

        Assert.False(failure.IsTransient);
        Assert.Single(server.Received);
    }

    [Fact]
    public async Task Each_attempt_is_signed_with_its_own_time()
    {
        var server = new ScriptedServer().Breaks().Breaks().Answers(HttpStatusCode.NoContent);
        using var client = server.Connect(options => options with
        {
            Retry = options.Retry with { FirstDelay = TimeSpan.FromSeconds(10) },
        });

        await client.AbortMultipartUploadAsync("v", "u");

        Assert.Equal(
            ["20260517T100000Z", "20260517T100010Z", "20260517T100030Z"],
            server.Received.Select(request => request.Header("x-amz-date")));
        Assert.All(
            server.Received,
            request => Assert.Equal(SignatureOutcome.Verified, request.Verify(server.Time.GetUtcNow()).Outcome));
    }

    [Fact]
    [Promise("cluster.md", "the load balancer fails")]
    public async Task A_socket_error_is_retried_as_a_broken_connection()
    {
        var server = new ScriptedServer()
            .Breaks(new SocketException((int)SocketError.NotConnected)).Answers(HttpStatusCode.NoContent);
        using var client = server.Connect();

        await client.AbortMultipartUploadAsync("v", "u");

        Assert.Equal(2, server.Received.Count);
    }

    [Fact]
    public async Task The_last_failure_is_thrown_after_the_last_attempt()
    {
        var server = new ScriptedServer().Breaks().Breaks().Breaks();
        using var client = server.Connect(options => options with { Retry = options.Retry with { MaxAttempts = 3 } });

        var failure = await Assert.ThrowsAsync<GlacierException>(() => client.CreateVaultAsync("v"));

        Assert.Equal(GlacierErrorCodes.ConnectionFailure, failure.Code);
        Assert.True(failure.IsTransient);
        Assert.Null(failure.StatusCode);
        Assert.Equal(3, server.Received.Count);
    }

    [Fact]
    public async Task Uploading_an_archive_is_never_retried()
    {
        var server = new ScriptedServer().Breaks();
        using var client = server.Connect();

        await Assert.ThrowsAsync<GlacierException>(() => client.UploadArchiveAsync("v", Hello));

        Assert.Single(server.Received);
        Assert.Empty(server.Time.Leaps);
    }

    [Fact]
    public async Task A_deletion_succeeds_if_its_answer_was_lost_and_the_retry_finds_nothing()
    {
        var notFound = ScriptedServer.Error("ResourceNotFoundException");
        using var client = new ScriptedServer()
            .Breaks().Answers(HttpStatusCode.NotFound, notFound)
            .Answers(HttpStatusCode.NotFound, notFound).Connect();

        await client.AbortMultipartUploadAsync("v", "u");
        var failure = await Assert.ThrowsAsync<GlacierException>(() => client.AbortMultipartUploadAsync("v", "u"));
        Assert.Equal(GlacierErrorCodes.ResourceNotFound, failure.Code);
    }

    [Fact]
    public async Task A_request_without_a_body_is_sent_once_for_each_attempt()
    {
        // .NET's client would send it again by itself, on another connection, because this one was used before.
        using var server = new SilentServer();
        using var client = new GlacierClient(new GlacierClientOptions
        {
            Endpoint = server.Address,
            Region = "us-east-1",
            AccessKeyId = Signer.KeyId,
            SecretAccessKey = Signer.Secret,
            Retry = RetryPolicy.None,
        });
        await client.AbortMultipartUploadAsync("v", "u");

        var failure = await Assert.ThrowsAsync<GlacierException>(() => client.AbortMultipartUploadAsync("v", "u"));

        Assert.Equal(GlacierErrorCodes.ConnectionFailure, failure.Code);
        Assert.Equal(2, server.Received);
    }

    [Fact]
    public async Task An_idle_attempt_times_out_as_a_transient_failure()
    {
        // This idle timeout is shorter than the longest leap, so it expires at once.
        var server = new ScriptedServer().NeverAnswers();
        using var client = server.Connect(options => options with
        {
            IdleTimeout = TimeSpan.FromSeconds(30),
            Retry = RetryPolicy.None,
        });

        var failure = await Assert.ThrowsAsync<GlacierException>(() => client.CreateVaultAsync("v"));

        Assert.Equal(GlacierErrorCodes.IdleTimeout, failure.Code);
        Assert.True(failure.IsTransient);
    }

    [Fact]
    public async Task A_proxy_that_refuses_expectations_gets_this_request_and_later_ones_without()
    {
        var server = new ScriptedServer()
            .Answers(HttpStatusCode.ExpectationFailed).Answers(HttpStatusCode.NoContent).Answers(HttpStatusCode.NoContent);
        using var client = server.Connect();
        var part = HashedBody.Of(new byte[1024 * 1024]);

        await client.UploadPartAsync("v", "u", 0, part);
        await client.UploadPartAsync("v", "u", 0, part);

        Assert.Equal(["100-continue", null, null], server.Received.Select(static request => request.Header("expect")));
        Assert.Empty(server.Time.Leaps);
    }

    [Fact]
    public async Task Cancellation_by_the_caller_throws_OperationCanceledException()
    {
        using var cancelled = new CancellationTokenSource();
        var server = new ScriptedServer().NeverAnswers();
        using var client = server.Connect();

        var call = client.CreateVaultAsync("v", cancelled.Token);
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Fact]
    public async Task A_failing_source_throws_its_own_exception_and_is_not_retried()
    {
        using var file = new TemporaryFile(new byte[100]);
        using var source = ByteSource.FromFile(file.Path);
        var body = await HashedBody.ReadAsync(source, new ByteRange(0, 100));
        File.WriteAllBytes(file.Path, new byte[50]);
        var server = new ScriptedServer();
        using var client = server.Connect();

        var failure = await Assert.ThrowsAsync<IOException>(() => client.UploadPartAsync("v", "u", 0, body));

        Assert.Contains("ends at byte 50", failure.Message, StringComparison.Ordinal);
        Assert.Empty(server.Time.Leaps);
    }

    [Theory]
    [InlineData(1, 0.0, 0.5)]
    [InlineData(1, 1.0, 1)]
    [InlineData(2, 1.0, 2)]
    [InlineData(5, 1.0, 16)]
    [InlineData(6, 1.0, 20)]
    [InlineData(6, 0.0, 10)]
    [InlineData(1_000_000, 1.0, 20)]
    public void Delays_double_up_to_the_maximum_and_half_of_each_is_random(int failed, double jitter, double seconds)
    {
        var policy = new RetryPolicy { FirstDelay = TimeSpan.FromSeconds(1), Jitter = () => jitter };
        Assert.Equal(TimeSpan.FromSeconds(seconds), policy.DelayAfter(failed));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(7, 7)]
    [InlineData(3600, 20)]
    public void A_delay_requested_by_the_server_is_used_up_to_the_maximum(int requestedSeconds, int seconds)
    {
        var policy = new RetryPolicy { FirstDelay = TimeSpan.FromSeconds(1), Jitter = () => 1 };
        Assert.Equal(TimeSpan.FromSeconds(seconds), policy.DelayAfter(1, TimeSpan.FromSeconds(requestedSeconds)));
    }

    [Fact]
    public async Task The_client_waits_as_long_as_the_server_requests()
    {
        var server = new ScriptedServer()
            .Answers(HttpStatusCode.ServiceUnavailable, null, ("Retry-After", "7"))
            .Answers(HttpStatusCode.NoContent);
        using var client = server.Connect();

        await client.DeleteVaultAsync("v");

        Assert.Equal([TimeSpan.FromSeconds(7)], server.Time.Leaps);
    }

    /// <summary>Answers the first request, and closes the connection of each later one.</summary>
    private sealed class SilentServer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private int _received;

        public SilentServer()
        {
            _listener.Start();
            _ = ServeAsync();
        }

        public Uri Address => new($"http://{_listener.LocalEndpoint}");

        public int Received => Volatile.Read(ref _received);

        public void Dispose() => _listener.Dispose();

        private async Task ServeAsync()
        {
            while (true)
            {
                using var connection = await _listener.AcceptTcpClientAsync();
                using var requests = new StreamReader(connection.GetStream(), Encoding.ASCII);
                while (await ReadHeadAsync(requests) && Interlocked.Increment(ref _received) == 1)
                {
                    await connection.GetStream().WriteAsync("HTTP/1.1 204 No Content\r\n\r\n"u8.ToArray());
                }
            }
        }

        /// <summary>Reads the head of a request without a body. Returns false if the client has closed the connection.</summary>
        private static async Task<bool> ReadHeadAsync(StreamReader requests)
        {
            var line = await requests.ReadLineAsync();
            while (line is { Length: > 0 })
            {
                line = await requests.ReadLineAsync();
            }

            return line is not null;
        }
    }
}
