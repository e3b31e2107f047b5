using System.Collections.Concurrent;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Values;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Gateway.Tests.Harness;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <summary>What a request asks of the entities: policies cost one question, and one more where an archive's age counts.</summary>
public sealed class PolicyGateTests : IAsyncLifetime
{
    private const string Vault = "papers";

    private readonly AskedHost _host = new();
    private GatewayServer _server = null!;
    private string _archive = "";
    private string _upload = "";

    public async ValueTask InitializeAsync()
    {
        var setup = new GatewaySetup();
        _host.Inner = setup.Host(setup);
        _server = await GatewayServer.StartAsync(setup with { Host = _ => _host });
        (await _server.SendAsync(CreateVault(Vault))).Expect(201);
        _archive = (await _server.SendAsync(UploadArchive(Vault, Bytes(7)))).Expect(201).Header("x-amz-archive-id")!;
        _upload = (await _server.SendAsync(Initiate(Vault))).Expect(201).Header("x-amz-multipart-upload-id")!;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Without_a_policy_a_request_asks_one_question_more_at_most()
    {
        await AssertAsksAsync(Part(Vault, _upload, 0, Bytes(7)), "FindPolicies", "CheckPart", "StorePart");
        await AssertAsksAsync(ListTags(Vault), "FindPolicies", "ListTags");
        await AssertAsksAsync(ListJobs(Vault), "FindPolicies", "ListJobs");
        await AssertAsksAsync(Retrieve(Vault, _archive), "FindPolicies", "CountRetirements", "FindArchive", "AdmitRetrieval", "StartRetrieval");
        await AssertAsksAsync(DeleteArchive(Vault, _archive), "FindPoliciesForDeletion", "DeleteArchive");
        await AssertAsksAsync(ListVaults(), "ListVaults", "DescribeVault");
    }

    [Fact]
    public async Task The_age_of_an_archive_is_asked_for_only_where_a_policy_looks_at_it()
    {
        (await _server.SendAsync(SetAccessPolicy(Vault, PolicyOf("Deny", "glacier:DeleteVault")))).Expect(204);
        await AssertAsksAsync(Retrieve(Vault, _archive), "FindPolicies", "CountRetirements", "FindArchive", "AdmitRetrieval", "StartRetrieval");

        (await _server.SendAsync(SetAccessPolicy(Vault, VaultLockTests.KeepAYear))).Expect(204);
        await AssertAsksAsync(ListTags(Vault), "FindPolicies", "ListTags");
        await AssertAsksAsync(Retrieve(Vault, _archive), "FindPolicies", "FindArchive", "CountRetirements", "FindArchive", "AdmitRetrieval", "StartRetrieval");
        await AssertAsksAsync(DeleteArchive(Vault, _archive), "FindPoliciesForDeletion", "FindArchiveForDeletion");
    }

    [Fact]
    public async Task What_lets_a_deletion_through_is_never_told_by_a_host_that_was_overtaken()
    {
        (await _server.SendAsync(SetAccessPolicy(Vault, VaultLockTests.KeepAYear))).Expect(204);
        foreach (var request in new[] { DeleteArchive(Vault, _archive), DeleteVault(Vault) })
        {
            _host.Asked.Clear();
            await _server.SendAsync(request);
            Assert.All(_host.Asked.Where(command => command is not ICommand<Done>), command => Assert.True(command is IRequiresFreshState));
        }
    }

    private async Task AssertAsksAsync(ApiRequest request, params string[] commands)
    {
        _host.Asked.Clear();
        await _server.SendAsync(request);
        Assert.Equal(commands, _host.Asked.Select(command => command.GetType().Name));
    }

    /// <summary>Remembers what the gateway asks.</summary>
    private sealed class AskedHost : IEntityHost, IAsyncDisposable
    {
        public IEntityHost Inner { get; set; } = null!;

        public ConcurrentQueue<ICommand> Asked { get; } = new();

        public ValueTask<object> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken)
        {
            Asked.Enqueue(command);
            return Inner.SendAsync(entity, command, cancellationToken);
        }

        public ValueTask DisposeAsync() => (Inner as IAsyncDisposable)?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
