using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Parts;
using OrleansUploads.Gateway.Glacier.Notifications;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier.Notifications;

/// <summary>Notifications end to end: from a job over HTTP through the real engine to a message over HTTP.</summary>
public sealed class DeliveryTests : IAsyncDisposable
{
    private const string JobTopic = "arn:aws:sns:us-east-1:111122223333:job";
    private const string VaultTopic = "arn:aws:sns:us-east-1:111122223333:vault";

    private readonly LogLines _log = new();
    private readonly ILoggerFactory _loggers;
    private readonly List<HttpNotifier> _notifiers = [];

    public DeliveryTests() => _loggers = LoggerFactory.Create(logging => logging.AddProvider(_log));

    public ValueTask DisposeAsync()
    {
        _notifiers.ForEach(notifier => notifier.Dispose());
        _loggers.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_finished_job_is_sent_to_its_own_topic_and_its_vaults_topic_in_the_documented_form()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var server = await StartAsync((JobTopic, receiver.Address), (VaultTopic, receiver.Address));
        var archive = await PrepareAsync(server, VaultTopic);
        var job = await RetrieveAsync(server, archive, JobTopic);

        var messages = new[] { await receiver.NextAsync(), await receiver.NextAsync() }
            .OrderBy(message => message.Headers["x-amz-sns-topic-arn"], StringComparer.Ordinal).ToList();
        var described = (await server.SendAsync(DescribeJob("v", job))).Expect(200);
        Assert.NotEqual(messages[0].Id, messages[1].Id);
        foreach (var (message, topic) in messages.Zip([JobTopic, VaultTopic]))
        {
            Assert.Equal("POST /ready?to=me", message.Line);
            Assert.Equal("text/plain; charset=UTF-8", message.Headers["Content-Type"]);
            Assert.Equal("Notification", message.Headers["x-amz-sns-message-type"]);
            Assert.Equal(message.Id, message.Headers["x-amz-sns-message-id"]);
            Assert.True(Guid.TryParseExact(message.Id, "D", out _));
            Assert.Equal(topic, message.Headers["x-amz-sns-topic-arn"]);
            Assert.Equal(
                new Dictionary<string, string?>
                {
                    ["Type"] = "Notification",
                    ["MessageId"] = message.Id,
                    ["TopicArn"] = topic,
                    ["Message"] = described.Text,
                    ["Timestamp"] = described.Json.GetProperty("CompletionDate").GetString(),
                },
                message.Json.EnumerateObject().ToDictionary(field => field.Name, field => field.Value.GetString()));
        }
    }

    [Fact]
    public async Task A_vault_only_sends_the_configured_events()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var server = await StartAsync((VaultTopic, receiver.Address));
        var archive = await PrepareAsync(server, topic: null);
        (await server.SendAsync(SetNotifications(
            "v", $$"""{"SNSTopic":"{{VaultTopic}}","Events":["InventoryRetrievalCompleted"]}"""))).Expect(204);
        (await server.SendAsync(Retrieve("v", archive))).Expect(202);
        var inventory = (await server.SendAsync(RetrieveInventory("v"))).Expect(202).Header("x-amz-job-id");

        var message = await receiver.NextAsync();
        using var job = JsonDocument.Parse(message.Json.GetProperty("Message").GetString()!);
        Assert.Equal(inventory, job.RootElement.GetProperty("JobId").GetString());
        Assert.Equal("InventoryRetrieval", job.RootElement.GetProperty("Action").GetString());
        Assert.False(receiver.HasMore);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(404)]
    [InlineData(302)]
    public async Task A_rejected_message_is_sent_again_byte_for_byte(int status)
    {
        await using var receiver = await Receiver.StartAsync(status);
        await using var server = await StartAsync((JobTopic, receiver.Address));
        await RetrieveAsync(server, await PrepareAsync(server, topic: null), JobTopic);

        var first = await receiver.NextAsync();
        var second = await receiver.NextAsync();
        receiver.Status = 204;
        var last = second;
        while (last.AnsweredBy != 204)
        {
            last = await receiver.NextAsync();
        }

        Assert.Equal("POST /ready?to=me", second.Line);
        Assert.Equal(first.Body, second.Body);
        Assert.Equal(first.Body, last.Body);
        await _log.WaitForAsync($"receiver of topic {JobTopic}, did not accept the message");
    }

    [Fact]
    public async Task A_receiver_that_is_down_gets_its_message_later_and_blocks_no_request()
    {
        var receiver = await Receiver.StartAsync();
        var port = receiver.Address.Port;
        await receiver.DisposeAsync();
        await using var server = await StartAsync((JobTopic, receiver.Address));
        var archive = await PrepareAsync(server, topic: null);
        var job = await RetrieveAsync(server, archive, JobTopic);
        await _log.WaitForAsync("did not accept the message");
        (await server.SendAsync(DescribeJob("v", job))).Expect(200);
        (await server.SendAsync(GetOutput("v", job))).Expect(200);
        (await server.SendAsync(ListJobs("v"))).Expect(200);
        (await server.SendAsync(Retrieve("v", archive))).Expect(202);

        await using var up = await Receiver.StartAsync(port: port);
        Assert.Equal(JobTopic, (await up.NextAsync()).Headers["x-amz-sns-topic-arn"]);
    }

    [Fact]
    public async Task A_message_to_a_topic_without_a_receiver_is_logged_and_dropped()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var server = await StartAsync((JobTopic, receiver.Address));
        var archive = await PrepareAsync(server, VaultTopic);
        await RetrieveAsync(server, archive, JobTopic);
        await _log.WaitForAsync($"topic {VaultTopic} has no receiver. The message was dropped. To send such messages, map the topic");
        Assert.Equal(JobTopic, (await receiver.NextAsync()).Headers["x-amz-sns-topic-arn"]);
    }

    [Fact]
    public async Task A_receiver_that_does_not_answer_one_account_still_gets_the_message_of_another()
    {
        await using var receiver = await Receiver.StartAsync();
        var notifier = Notify((JobTopic, receiver.Address));
        var busy = new VaultIncarnation(Some.VaultNamed(Some.AccountNumbered("000000000001"), "v"), 1);
        var answering = receiver.Hold();
        var many = Enumerable.Range(0, 20).Select(number => NotifyAsync(busy, number)).ToList();
        var one = NotifyAsync(Some.Incarnation, 20);
        string? vault = null;
        while (vault?.Contains(Some.Account.ToString(), StringComparison.Ordinal) != true)
        {
            vault = (await receiver.NextAsync()).Json.GetProperty("Message").GetString();
        }

        Assert.All(many, static message => Assert.False(message.IsCompleted));
        answering.Dispose();
        await Task.WhenAll([one, .. many]);

        Task NotifyAsync(VaultIncarnation vault, int number)
        {
            var job = new RetrievalJob(
                JobId.FromRandom(Some.Bytes(JobId.RandomBytes, number)),
                Some.Archive(1),
                new PartRange(0, Some.MiB - 1),
                RangeTreeHash: null,
                new JobOptions(Description.None, JobTopic, RetrievalTier.Standard),
                Some.Noon,
                Some.Noon);
            return notifier.NotifyAsync(vault, new JobNotice(JobTopic, job, Some.Noon), CancellationToken.None).AsTask();
        }
    }

    private Task<GatewayServer> StartAsync(params (string Topic, Uri Address)[] receivers) =>
        GatewayServer.StartAsync(new GatewaySetup { Notifier = Notify(receivers) });

    private HttpNotifier Notify(params (string Topic, Uri Address)[] receivers)
    {
        var notifier = new HttpNotifier(
            new TopicReceivers(receivers.Select(receiver => KeyValuePair.Create(receiver.Topic, receiver.Address))),
            GatewayOptions.DefaultRegion,
            _loggers.CreateLogger<HttpNotifier>());
        _notifiers.Add(notifier);
        return notifier;
    }

    private static async Task<string> PrepareAsync(GatewayServer server, string? topic)
    {
        (await server.SendAsync(CreateVault("v"))).Expect(201);
        if (topic is not null)
        {
            (await server.SendAsync(SetNotifications(
                "v", $$"""{"SNSTopic":"{{topic}}","Events":["ArchiveRetrievalCompleted"]}"""))).Expect(204);
        }

        return (await server.SendAsync(UploadArchive("v", Bytes(7)))).Expect(201).Header("x-amz-archive-id")!;
    }

    private static async Task<string> RetrieveAsync(GatewayServer server, string archive, string topic) =>
        (await server.SendAsync(InitiateJob(
            "v", $$"""{"Type":"archive-retrieval","ArchiveId":"{{archive}}","SNSTopic":"{{topic}}"}""")))
        .Expect(202).Header("x-amz-job-id")!;
}
