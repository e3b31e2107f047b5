using OrleansUploads.Core.Settings;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Engine.Memory;
using OrleansUploads.Gateway.Glacier;
using OrleansUploads.Gateway.Http.Credentials;

namespace OrleansUploads.Gateway.Tests.Harness;

/// <summary>The configuration of a server under test. The host is replaceable, so that the same tests can run over a cluster.</summary>
public sealed record GatewaySetup
{
    public static readonly AccountId Account = Some.Account;

    public static readonly AccountId StrangersAccount = Some.AccountNumbered("999988887777");

    public SettableClock Clock { get; init; } = new();

    public IJournal Journal { get; init; } = new MemoryJournal();

    public IPartStore Parts { get; init; } = new MemoryPartStore();

    public UploadPolicy Uploads { get; init; } = new();

    public RetrievalPolicy Retrievals { get; init; } = new();

    public AccountPolicy Accounts { get; init; } = new();

    public VaultLimits Vaults { get; init; } = new();

    /// <summary>The keys that the server accepts.</summary>
    public IReadOnlyList<Credential> Credentials { get; init; } =
    [
        new(Signer.KeyId, Signer.Secret, Account),
        new(Signer.Stranger.AccessKeyId, Signer.Stranger.SecretKey, StrangersAccount),
    ];

    /// <summary>Receives notifications of finished jobs; null to send none.</summary>
    public INotifier? Notifier { get; init; }

    /// <summary>Measures the output of large inventories.</summary>
    public IInventoryMeter Meter { get; init; } = new InventoryMeter();

    public GatewayOptions Options { get; init; } = new() { OperatorAccount = Account };

    /// <summary>Creates a host in this process, over the journal of the configuration.</summary>
    public static Func<GatewaySetup, IEntityHost> InThisProcess { get; } = static setup => new EmbeddedHost(
        new EntityCatalog(new EngineOptions
        {
            Uploads = setup.Uploads,
            Retrievals = setup.Retrievals,
            Accounts = setup.Accounts,
            Vaults = setup.Vaults,
        }),
        setup.Journal,
        setup.Parts,
        setup.Clock,
        notifier: setup.Notifier,
        meter: setup.Meter);

    /// <summary>Creates the host if a test does not set one. The cluster tests replace it to put grains behind the gateway.</summary>
    public static Func<GatewaySetup, IEntityHost> DefaultHost { get; set; } = InThisProcess;

    /// <summary>Creates the host. The server disposes it if it is <see cref="IAsyncDisposable"/>.</summary>
    public Func<GatewaySetup, IEntityHost> Host { get; init; } = DefaultHost;
}
