using System.Collections.Concurrent;
using OrleansUploads.Core.Deciding;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <summary>The commands that a request sends. Policies cost one command, and another if a policy uses the archive's age.</summary>
public sealed class PolicyGateTests : GatewayFixture
{
    private const string Vault = "papers";

    private readonly RecordingHost _host = new();
    private string _archive = "";
    private string _upload = "";

    protected override GatewaySetup Setup
    {
        get
        {
            var setup = base.Setup;
            _host.Inner = setup.Host(setup);
            return setup with { Host = _ => _host };
        }
    }

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        (await SendAsync(CreateVault(Vault))).Expect(201);
        _archive = await NewArchiveAsync(Vault, Bytes(7));
        _upload = await NewUploadAsync(Vault);
    }

    [Fact]
    public async Task Without_a_policy_a_request_sends_at_most_one_more_command()
    {
        await AssertSendsAsync(Part(Vault, _upload, 0, Bytes(7)), "FindPolicies", "CheckPart", "StorePart");
        await AssertSendsAsync(ListTags(Vault), "FindPolicies", "ListTags");
        await AssertSendsAsync(ListJobs(Vault), "FindPolicies", "ListJobs");
        await AssertSendsAsync(Retrieve(Vault, _archive), "FindPolicies", "CountRetirements", "FindCurrentArchive", "AdmitRetrieval", "StartRetrieval");
        await AssertSendsAsync(DeleteArchive(Vault, _archive), "FindPoliciesForDeletion", "DeleteArchive");
        await AssertSendsAsync(ListVaults(), "ListVaults", "DescribeVault");
    }

    [Fact]
    public async Task The_age_of_an_archive_is_read_only_if_a_policy_uses_it()
    {
        (await SendAsync(SetAccessPolicy(Vault, PolicyOf("Deny", "glacier:DeleteVault")))).Expect(204);
        await AssertSendsAsync(Retrieve(Vault, _archive), "FindPolicies", "CountRetirements", "FindCurrentArchive", "AdmitRetrieval", "StartRetrieval");

        (await SendAsync(SetAccessPolicy(Vault, VaultLockTests.KeepAYear))).Expect(204);
        await AssertSendsAsync(ListTags(Vault), "FindPolicies", "ListTags");
        await AssertSendsAsync(Retrieve(Vault, _archive), "FindPolicies", "FindArchive", "CountRetirements", "FindCurrentArchive", "AdmitRetrieval", "StartRetrieval");
        await AssertSendsAsync(DeleteArchive(Vault, _archive), "FindPoliciesForDeletion", "FindCurrentArchive");
    }

    [Fact]
    public async Task Deletions_are_only_permitted_from_fresh_state()
    {
        (await SendAsync(SetAccessPolicy(Vault, VaultLockTests.KeepAYear))).Expect(204);
        foreach (var request in new[] { DeleteArchive(Vault, _archive), DeleteVault(Vault) })
        {
            _host.Sent.Clear();
            await SendAsync(request);
            Assert.All(_host.Sent.Where(command => command is not ICommand<Done>), command => Assert.True(command is IRequiresFreshState));
        }
    }

    private async Task AssertSendsAsync(ApiRequest request, params string[] commands)
    {
        _host.Sent.Clear();
        await SendAsync(request);
        Assert.Equal(commands, _host.Sent.Select(command => command.GetType().Name));
    }

    /// <summary>Records the commands that the gateway sends.</summary>
    private sealed class RecordingHost : IEntityHost, IAsyncDisposable
    {
        public IEntityHost Inner { get; set; } = null!;

        public ConcurrentQueue<ICommand> Sent { get; } = new();

        public ValueTask<TrackedAnswer> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken)
        {
            Sent.Enqueue(command);
            return Inner.SendAsync(entity, command, cancellationToken);
        }

        public ValueTask DisposeAsync() => (Inner as IAsyncDisposable)?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
