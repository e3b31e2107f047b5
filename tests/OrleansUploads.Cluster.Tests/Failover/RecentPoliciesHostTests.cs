using OrleansUploads.Cluster.Entities;
using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Cluster.Tests.Failover;

public sealed class RecentPoliciesHostTests
{
    private static readonly VaultPolicy Policy = new("{}", "arn");

    private readonly ManualTime _time = new();
    private readonly OneVault _vault = new();
    private readonly RecentPoliciesHost _host;

    public RecentPoliciesHostTests() => _host = new RecentPoliciesHost(_vault, _time);

    [Fact]
    public async Task The_policies_of_a_vault_are_asked_for_once_in_two_seconds()
    {
        await AskAsync(new FindPolicies(Some.Vault));
        _time.Advance(RecentPoliciesHost.MaxAge - TimeSpan.FromMilliseconds(1));
        await AskAsync(new FindPolicies(Some.Vault));
        Assert.Equal(1, _vault.Questions);

        _time.Advance(TimeSpan.FromMilliseconds(1));
        await AskAsync(new FindPolicies(Some.Vault));
        Assert.Equal(2, _vault.Questions);
    }

    [Fact]
    public async Task The_time_an_answer_takes_counts_towards_its_age()
    {
        _vault.OnQuestion = () => _time.Advance(RecentPoliciesHost.MaxAge);
        await AskAsync(new FindPolicies(Some.Vault));
        await AskAsync(new FindPolicies(Some.Vault));

        Assert.Equal(2, _vault.Questions);
    }

    [Fact]
    public async Task Deletions_and_vaults_that_have_or_had_a_lock_always_ask()
    {
        await AskAsync(new FindPolicies(Some.Vault));
        await AskAsync(new FindPoliciesForDeletion(Some.Vault));
        Assert.Equal(2, _vault.Questions);

        foreach (var guarded in new[] { _vault.Policies with { Lock = Policy }, _vault.Policies with { Guard = 1 } })
        {
            _time.Advance(RecentPoliciesHost.MaxAge);
            _vault.Policies = guarded;
            _vault.Questions = 0;
            await AskAsync(new FindPolicies(Some.Vault));
            await AskAsync(new FindPolicies(Some.Vault));
            Assert.Equal(2, _vault.Questions);
        }
    }

    [Fact]
    public async Task A_vault_that_does_not_exist_is_not_remembered()
    {
        _vault.Exists = false;
        Assert.IsType<Refusal.VaultNotFound>(await AskAsync(new FindPolicies(Some.Vault)));
        _vault.Exists = true;
        Assert.IsType<VaultPolicies>(await AskAsync(new FindPolicies(Some.Vault)));
    }

    [Fact]
    public async Task A_change_is_answered_when_no_process_remembers_the_policies_before_it()
    {
        var other = new RecentPoliciesHost(_vault, _time);
        await other.SendAsync(Some.Vault.Entity, new FindPolicies(Some.Vault), CancellationToken.None);
        foreach (var change in new ICommand[]
        {
            new SetAccessPolicy(Some.Vault, Policy), new DeleteAccessPolicy(Some.Vault), new InitiateLock(Some.Vault, default, Policy),
            new CompleteLock(Some.Vault, default), new AbortLock(Some.Vault), new AddTags(Some.Vault, new Dictionary<string, string>()),
            new RemoveTags(Some.Vault, []),
        })
        {
            var changing = AskAsync(change);
            _time.Advance(RecentPoliciesHost.MaxAge - TimeSpan.FromMilliseconds(1));
            Assert.False(changing.IsCompleted);
            _time.Advance(TimeSpan.FromMilliseconds(1));
            await changing;

            _vault.Questions = 0;
            await other.SendAsync(Some.Vault.Entity, new FindPolicies(Some.Vault), CancellationToken.None);
            Assert.Equal(1, _vault.Questions);
        }
    }

    [Fact]
    public async Task A_refused_change_is_answered_at_once()
    {
        _vault.Exists = false;
        Assert.IsType<Refusal.VaultNotFound>(await AskAsync(new SetAccessPolicy(Some.Vault, Policy)));
    }

    [Fact]
    public async Task A_repetition_that_is_refused_waits_like_the_change_before_it()
    {
        _vault.Exists = false;
        _vault.IsAskedAgain = true;
        var changing = AskAsync(new DeleteAccessPolicy(Some.Vault));
        _time.Advance(RecentPoliciesHost.MaxAge - TimeSpan.FromMilliseconds(1));
        Assert.False(changing.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.IsType<Refusal.VaultNotFound>(await changing);
    }

    [Fact]
    public async Task A_change_that_is_sent_with_other_commands_waits_too()
    {
        var changing = _host.SendAllAsync(
            Some.Vault.Entity, [new DescribeVault(Some.Vault), new DeleteAccessPolicy(Some.Vault)], CancellationToken.None).AsTask();
        _time.Advance(RecentPoliciesHost.MaxAge - TimeSpan.FromMilliseconds(1));
        Assert.False(changing.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(2, (await changing).Count);
    }

    [Fact]
    public async Task Only_a_limited_number_of_vaults_is_remembered()
    {
        var vaults = Enumerable.Range(0, RecentPoliciesHost.MaxVaults + 1)
            .Select(number => new EntityId(EntityKind.Vault, $"vault-{number}")).ToList();
        foreach (var vault in vaults)
        {
            await _host.SendAsync(vault, new FindPolicies(Some.Vault), CancellationToken.None);
        }

        _vault.Questions = 0;
        await _host.SendAsync(vaults[0], new FindPolicies(Some.Vault), CancellationToken.None);
        Assert.Equal(1, _vault.Questions);
    }

    [Fact]
    public async Task Whether_an_answer_is_that_to_a_repetition_is_passed_on()
    {
        foreach (var isRepetition in (bool[])[false, true])
        {
            _vault.IsAskedAgain = isRepetition;
            var deleted = _host.SendAsync(Some.Vault.Entity, new DeleteVault(Some.Vault), CancellationToken.None);
            _time.Advance(RecentPoliciesHost.MaxAge);
            Assert.Equal(isRepetition, (await deleted).IsToRepetition);
            var opened = await _host.SendAsync(Some.Vault.Entity, new DescribeVault(Some.Vault), CancellationToken.None);
            Assert.Equal(isRepetition, opened.IsToRepetition);
        }
    }

    [Fact]
    public async Task A_deleted_vault_leaves_its_account_when_no_process_remembers_it()
    {
        var removal = new VaultRemovalHost(_vault, _time);
        _vault.Questions = 0;
        var removing = removal.SendAsync(Some.Account.Entity, new RemoveVault(Some.Incarnation), CancellationToken.None).AsTask();
        _time.Advance(RecentPoliciesHost.MaxAge - TimeSpan.FromMilliseconds(1));
        Assert.False(removing.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await removing;

        await removal.SendAsync(Some.Vault.Entity, new DescribeVault(Some.Vault), CancellationToken.None);
    }

    private async Task<IAnswer> AskAsync(ICommand command) =>
        (await _host.SendAsync(Some.Vault.Entity, command, CancellationToken.None)).Answer;

    /// <summary>A vault that counts the questions about its policies.</summary>
    private sealed class OneVault : IEntityHost
    {
        public int Questions { get; set; }

        public bool Exists { get; set; } = true;

        public bool IsAskedAgain { get; set; }

        public Action OnQuestion { get; set; } = static () => { };

        public VaultPolicies Policies { get; set; } =
            new(new VaultIncarnation(Some.Vault, 1, 16), new Dictionary<string, string>(), Access: null, Lock: null);

        public ValueTask<TrackedAnswer> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken)
        {
            if (command is FindPolicies)
            {
                Questions++;
                OnQuestion();
            }

            return ValueTask.FromResult(new TrackedAnswer(
                !Exists ? new Refusal.VaultNotFound(Some.Vault) : command is FindPolicies ? Policies : Done.Instance, IsAskedAgain));
        }
    }
}
