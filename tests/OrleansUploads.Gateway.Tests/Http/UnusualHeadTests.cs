namespace OrleansUploads.Gateway.Tests.Http;

/// <summary>Heads of requests that ordinary client libraries never send.</summary>
public sealed class UnusualHeadTests(S3Server s3) : IClassFixture<S3Server>
{
    [Theory]
    [InlineData("x-amz-meta-a: caf\u00e9")]
    [InlineData("Content-Disposition: \u00ff\u00fe")]
    [InlineData("user-agent: \u00e9\u00e8")]
    public async Task S3_refuses_a_value_that_is_not_UTF_8_with_an_error_document_that_names_the_header(string header)
    {
        await using var connection = await RawConnection.OpenAsync(s3.Server.EndPoint);
        await SendAsync(connection, "/bucket/k", header);
        var answer = await connection.ReadAsync();

        Assert.Equal((400, "application/xml"), (answer.Status, answer.Header("Content-Type")));
        Assert.Contains("<Code>InvalidRequest</Code>", answer.Text, StringComparison.Ordinal);
        Assert.Contains($"'{header[..header.IndexOf(':', StringComparison.Ordinal)]}'", answer.Text, StringComparison.OrdinalIgnoreCase);

        // The connection is still usable, and the next request has no such header.
        await SendAsync(connection, "/bucket/k", "x-note: caf\u00c3\u00a9");
        Assert.Contains("<Code>AccessDenied</Code>", (await connection.ReadAsync()).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_vault_API_refuses_a_value_that_is_not_UTF_8_with_its_error_document()
    {
        await using var connection = await RawConnection.OpenAsync(s3.Server.EndPoint);
        await SendAsync(connection, "/-/vaults", "x-amz-archive-description: caf\u00e9");
        var answer = await connection.ReadAsync();

        Assert.Equal(400, answer.Status);
        Assert.Contains("\"code\":\"BadRequest\"", answer.Text, StringComparison.Ordinal);
        Assert.Contains("x-amz-archive-description", answer.Text, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("+0", 400)]
    [InlineData("-0", 400)]
    [InlineData("+5", 400)]
    [InlineData("0x0", 400)]
    [InlineData("0 0", 400)]
    [InlineData("0,0", 400)]
    [InlineData("0", 200)]
    [InlineData("00", 200)]
    public async Task A_length_that_is_not_only_digits_is_refused_and_nothing_behind_it_is_read(string length, int status)
    {
        await using var connection = await RawConnection.OpenAsync(s3.Server.EndPoint);
        const string Next = "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        await SendAsync(connection, "/healthz", $"Content-Length: {length}\r\n\r\n{Next}");
        var answers = Encoding.ASCII.GetString(await connection.ReadToEndAsync());
        Assert.StartsWith($"HTTP/1.1 {status} ", answers, StringComparison.Ordinal);
        Assert.Equal(status == 400, answers.LastIndexOf("HTTP/1.1 ", StringComparison.Ordinal) == 0);
    }

    [Fact]
    public async Task A_request_that_is_sent_as_to_a_proxy_is_served_by_every_protocol()
    {
        (await SendAsync(S3Server.Request("PUT", "/bucket", null), S3Server.Owner)).Expect(200);
        (await SendAsync(Requests.CreateVault("v"), new Signer())).Expect(201);
        Assert.Equal("application/json", (await SendAsync(new ApiRequest("GET", "/healthz"), null)).Expect(200).Header("Content-Type"));

        async Task<ApiAnswer> SendAsync(ApiRequest request, Signer? signer)
        {
            var host = s3.Server.EndPoint.ToString();
            await using var connection = await RawConnection.OpenAsync(s3.Server.EndPoint);
            await connection.SendHeadAsync(
                request with { Target = $"http://{host}{request.Target}" },
                [.. signer?.Sign(request, host, s3.Clock.Now) ?? [("Host", host)], ("Content-Length", "0")]);
            return await connection.ReadAsync();
        }
    }

    private static Task SendAsync(RawConnection connection, string path, string header) =>
        connection.SendAsync(Encoding.Latin1.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n{header}\r\n\r\n"));
}
