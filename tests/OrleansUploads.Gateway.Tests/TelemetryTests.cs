using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using OrleansUploads.Gateway.Http.Telemetry;
using OrleansUploads.Serving;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests;

public sealed class TelemetryTests
{
    [Fact]
    public async Task Each_request_is_logged_in_one_line_without_secrets()
    {
        await using var server = await GatewayServer.StartAsync(new GatewaySetup());
        (await server.SendAsync(CreateVault("v"))).Expect(201);
        var answer = await server.SendAsync(UploadArchive("v", Bytes(7)).With("x-amz-archive-description", "private"));
        var line = await server.Log.WaitForAsync(answer.Header("x-amzn-RequestId")!);
        Assert.StartsWith(
            $"Information: {answer.Header("x-amzn-RequestId")} UploadArchive account 111122223333 status 201 code - "
            + "in 7 out 0 ",
            line,
            StringComparison.Ordinal);
        Assert.EndsWith(
            $"from 127.0.0.1 key {new Signer().AccessKeyId} on /-/vaults/v/archives -> archives/{answer.Header("x-amz-archive-id")}",
            line.TrimEnd(),
            StringComparison.Ordinal);
        Assert.DoesNotContain(Signer.Secret, line, StringComparison.Ordinal);
        Assert.DoesNotContain("private", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_is_logged_with_its_code()
    {
        await using var server = await GatewayServer.StartAsync(new GatewaySetup());
        var answer = await server.SendAsync(ListVaults(), new Signer { AccessKeyId = "AKIASTRANGER" });
        var line = await server.Log.WaitForAsync(answer.Header("x-amzn-RequestId")!);
        Assert.Contains(
            "ListVaults account - status 400 code UnrecognizedClientException in 0 out ", line, StringComparison.Ordinal);
        Assert.Contains("key AKIASTRANGER on /-/vaults", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("collector:4317", null, "OTEL_EXPORTER_OTLP_ENDPOINT is 'collector:4317'. It must be a URL such as http://127.0.0.1:4317.")]
    [InlineData("collector", null, "OTEL_EXPORTER_OTLP_ENDPOINT is 'collector'. It must be a URL such as http://127.0.0.1:4317.")]
    [InlineData("http://127.0.0.1:4318", "http", "OTEL_EXPORTER_OTLP_PROTOCOL is 'http'. It must be grpc or http/protobuf.")]
    public void A_variable_that_the_exporter_would_ignore_is_refused(string endpoint, string? protocol, string message)
    {
        var refused = Assert.Throws<InvalidDataException>(() => TelemetryExport.Start(
            name => name switch
            {
                "OTEL_EXPORTER_OTLP_ENDPOINT" => endpoint,
                "OTEL_EXPORTER_OTLP_PROTOCOL" => protocol,
                _ => null,
            },
            instance: "here"));

        Assert.Equal(message, refused.Message);
    }

    [Theory]
    [InlineData("/photos/cat.jpg?partNumber=1&uploadId=abc", null, "/photos/cat.jpg?uploadId=abc")]
    [InlineData("/photos/cat.jpg?X-Amz-Signature=00ff&X-Amz-Credential=me", null, "/photos/cat.jpg")]
    [InlineData("/photos?uploadId=a%0d%0aforged", null, "/photos?uploadId=a??forged")]
    [InlineData("/-/vaults/v/jobs", "/1/vaults/v/jobs/j", "/-/vaults/v/jobs -> jobs/j")]
    [InlineData("/-/vaults/v", "/1/vaults/v", "/-/vaults/v -> vaults/v")]
    [InlineData("/photos", "/photos", "/photos -> photos")]
    public void The_log_names_what_a_request_is_about_without_its_signature(string target, string? location, string expected) =>
        Assert.Equal(expected, RequestSubject.Describe(RequestTarget.Parse(target), location));

    [Theory]
    [InlineData(null, "-")]
    [InlineData("OUABC", "OUABC")]
    [InlineData("A\n\u001b[2J\u009b31m\u202e", "A??[2J?31m?")]
    [InlineData("OUABC on /secret", "OUABC?on?/secret")]
    public void The_log_has_no_more_of_a_stated_key_than_an_ID(string? stated, string expected) =>
        Assert.Equal(expected, RequestSubject.DescribeKey(stated));

    [Fact]
    public async Task A_request_without_a_valid_signature_writes_a_short_line_without_control_characters()
    {
        await using var server = await GatewayServer.StartAsync(new GatewaySetup());
        var key = "A%0aforged%1b[2J" + new string('k', 9_000);
        (await server.SendAsync(new ApiRequest("GET", $"/?AWSAccessKeyId={key}&Expires=1&Signature=a"), [("Host", "localhost")])).Expect(400);

        var line = await server.Log.WaitForAsync("status 400");
        Assert.Contains("key A?forged?[2Jkkk", line, StringComparison.Ordinal);
        Assert.InRange(line.Length, 1, 600);
    }

    [Fact]
    public void A_long_path_is_cut_in_the_log() => Assert.Equal(
        RequestSubject.MaxLength, RequestSubject.Describe(RequestTarget.Parse("/" + new string('k', 3_000)), null).Length);

    [Fact]
    public async Task Requests_are_counted_by_operation_and_status()
    {
        var measurements = new ConcurrentBag<(string Instrument, double Value, string Operation, int Status)>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == GatewayTelemetry.Name)
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();

        await using var server = await GatewayServer.StartAsync(new GatewaySetup());
        (await server.SendAsync(ListCapacity())).Expect(200);
        await server.Log.WaitForAsync("status 200");

        var ofRequest = measurements.Where(entry => entry is { Operation: "ListProvisionedCapacity", Status: 200 }).ToList();
        Assert.Contains(ofRequest, entry => entry is { Instrument: "orleansuploads.requests", Value: 1 });
        Assert.Contains(ofRequest, entry => entry.Instrument == "orleansuploads.request.duration");
        Assert.Contains(ofRequest, entry => entry is { Instrument: "orleansuploads.request.received_bytes", Value: 0 });
        Assert.Contains(ofRequest, entry => entry is { Instrument: "orleansuploads.request.sent_bytes", Value: > 0 });

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
            measurements.Add((instrument.Name, value, (string)tags[0].Value!, (int)tags[1].Value!));
    }

    [Fact]
    public async Task A_request_is_an_activity_named_after_its_operation()
    {
        var stopped = new ConcurrentBag<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == GatewayTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = stopped.Add,
        };
        ActivitySource.AddActivityListener(listener);
        ApiAnswer answer;
        await using (var server = await GatewayServer.StartAsync(new GatewaySetup()))
        {
            answer = await server.SendAsync(DescribeVault("nowhere"));
        }

        var activity = Assert.Single(
            stopped, activity => activity.GetTagItem("request_id") as string == answer.Header("x-amzn-RequestId"));
        Assert.Equal("DescribeVault", activity.DisplayName);
        Assert.Equal(404, activity.GetTagItem("status"));
        Assert.Equal("ResourceNotFoundException", activity.GetTagItem("code"));
    }
}
