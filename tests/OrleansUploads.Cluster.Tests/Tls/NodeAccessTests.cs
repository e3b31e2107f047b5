using OrleansUploads.Cluster.Abstractions.Entities;
using OrleansUploads.Cluster.Abstractions.Uploads;
using OrleansUploads.Cluster.Entities;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Hashing;

namespace OrleansUploads.Cluster.Tests.Tls;

/// <summary>What ingestion nodes may do in a cluster with TLS, over sockets.</summary>
public sealed class NodeAccessTests : IAsyncLifetime
{
    private static readonly VaultAddress Photos = new(TlsBench.OwnAccount, "photos");

    private TlsBench _bench = null!;

    public async ValueTask InitializeAsync() => _bench = await TlsBench.StartAsync(silos: 2);

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    private static UploadRequest Request(VaultAddress vault) => new(vault, Some.MiB, "holiday", UploadStorage.External);

    private Task<IGrainFactory> ConnectNodeAsync(string subject = "O=Example,CN=node-7") =>
        _bench.ConnectAsync(_bench.Authority.IssueNode(subject));

    [Fact]
    public async Task A_node_uploads_to_its_accounts_vault_and_each_call_is_logged_with_its_certificate()
    {
        var grains = await ConnectNodeAsync();
        var keys = new List<string>();
        for (var i = 0; i < 8; i++)
        {
            var upload = TlsBench.NewUpload(grains);
            keys.Add(upload.GetPrimaryKeyString());
            Assert.Null((await upload.InitiateAsync(Request(Photos))).Refusal);
            var part = new PartReport(0, Some.MiB - 1, Some.Hash("0").ToString(), "tape://7/0");
            Assert.Null(Assert.Single(await upload.ReportPartsAsync(Photos, [part])).Refusal);
            var archive = await upload.CompleteAsync(new CompletionRequest(Photos, Some.MiB, TreeHasher.Combine([Some.Hash("0")]).ToString()));
            Assert.NotNull(archive.Value?.ArchiveId);
            Assert.Single((await upload.ReadManifestAsync(new PartsQuery(Photos, 0, 10))).Value!.Parts);
            Assert.Equal(UploadStage.Completed, (await upload.SummarizeAsync(Photos)).Value!.Stage);
        }

        Assert.Contains(_bench.Log.Lines, line => line.Contains("InitiateMultipartUpload account 111122223333 code - ", StringComparison.Ordinal)
            && line.Contains($"from 127.0.0.1 certificate CN=node-7,O=Example on 111122223333/photos/{keys[0]}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_node_can_call_no_entity_no_reminder_and_no_management()
    {
        var grains = await ConnectNodeAsync();
        var command = Messages.Pack(new DescribeVault(Some.Vault));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(async () => await grains.GetGrain<IVaultGrain>($"{Some.Vault}").AskAsync(command));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(async () => await grains.GetGrain<IServiceGrain>("service").AskAsync(command));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(
            async () => await TlsBench.NewUpload(grains).AskAsync(Messages.Pack(new DescribeVault(Some.Vault))));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => grains.GetGrain<IManagementGrain>(0).GetHosts());
        await Assert.ThrowsAsync<UnauthorizedAccessException>(
            () => grains.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.FromMinutes(2)));
        var reminder = TlsBench.NewUpload(grains).AsReference<IRemindable>();
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => reminder.ReceiveReminder("wake", default));
        Assert.Contains(_bench.Log.Lines, line => line.Contains("GetHosts account - code NotPermitted", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_process_with_the_certificate_of_a_silo_can_call_everything()
    {
        var grains = await _bench.ConnectAsync(_bench.Authority.IssueSilo("CN=gateway"));
        Assert.Equal(2, (await grains.GetGrain<IManagementGrain>(0).GetHosts()).Count);
        var reply = await grains.GetGrain<IVaultGrain>($"{TlsBench.OwnAccount}/photos").AskAsync(
            Messages.Pack(new DescribeVault(Some.Vault)));
        Assert.Null(reply.Unavailable);
    }

    [Fact]
    public async Task A_node_is_refused_another_accounts_vault_until_its_policy_permits_it()
    {
        var grains = await ConnectNodeAsync("CN=stranger");
        var answer = await TlsBench.NewUpload(grains).InitiateAsync(Request(Photos));
        Assert.Equal(UploadRefusalKind.AccessDenied, answer.Refusal?.Kind);
        Assert.Equal(
            UploadRefusalKind.AccessDenied,
            (await TlsBench.NewUpload(grains).InitiateAsync(Request(new(TlsBench.OwnAccount, "there-is-none")))).Refusal?.Kind);
        Assert.Equal(
            UploadRefusalKind.VaultNotFound,
            (await TlsBench.NewUpload(grains).InitiateAsync(Request(new(TlsBench.OtherAccount, "there-is-none")))).Refusal?.Kind);

        await SetPolicyAsync("Allow", "444455556666", "127.0.0.1");
        var upload = TlsBench.NewUpload(grains);
        Assert.Null((await upload.InitiateAsync(Request(Photos))).Refusal);

        // The policy is about initiating uploads only.
        Assert.Equal(UploadRefusalKind.AccessDenied, (await upload.AbortAsync(Photos)).Refusal?.Kind);

        await SetPolicyAsync("Allow", "444455556666", "10.9.8.7");
        Assert.Equal(UploadRefusalKind.AccessDenied, (await TlsBench.NewUpload(grains).InitiateAsync(Request(Photos))).Refusal?.Kind);
    }

    [Fact]
    public async Task A_policy_of_the_vault_denies_also_the_owners_node()
    {
        var grains = await ConnectNodeAsync();
        await SetPolicyAsync("Deny", TlsBench.OwnAccount, "127.0.0.1");
        var refusal = (await TlsBench.NewUpload(grains).InitiateAsync(Request(Photos))).Refusal;
        Assert.Equal(UploadRefusalKind.AccessDenied, refusal?.Kind);
        Assert.Contains("The access policy of 111122223333/photos denies InitiateMultipartUpload", refusal!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_role_and_the_vaults_of_a_node_limit_it()
    {
        var grains = await ConnectNodeAsync("CN=photographer");
        var upload = TlsBench.NewUpload(grains);
        Assert.Null((await upload.InitiateAsync(Request(Photos))).Refusal);
        Assert.Equal(UploadRefusalKind.AccessDenied, (await upload.AbortAsync(Photos)).Refusal?.Kind);
        var elsewhere = await TlsBench.NewUpload(grains).InitiateAsync(Request(new(TlsBench.OwnAccount, "letters")));
        Assert.Equal(UploadRefusalKind.AccessDenied, elsewhere.Refusal?.Kind);
        Assert.Contains("CN=photographer is limited to 'upload of photos'", elsewhere.Refusal!.Message, StringComparison.Ordinal);
    }

    private async Task SetPolicyAsync(string effect, string account, string address)
    {
        var text = $$$"""
            {"Version": "2012-10-17", "Statement": [{"Sid": "s", "Effect": "{{{effect}}}", "Principal": {"AWS": "{{{account}}}"},
             "Action": "glacier:InitiateMultipartUpload", "Resource": "arn:aws:glacier:us-east-1:111122223333:vaults/photos",
             "Condition": {"IpAddress": {"aws:SourceIp": "{{{address}}}/32"} } }]}
            """;
        var answer = await _bench.Through(0).SendAsync(
            Some.Vault.Entity,
            new SetAccessPolicy(Some.Vault, new VaultPolicy(text, "arn:aws:glacier:us-east-1:111122223333:vaults/photos")),
            TestContext.Current.CancellationToken);
        Assert.IsNotType<Core.Refusals.Refusal>(answer, exactMatch: false);
    }
}
