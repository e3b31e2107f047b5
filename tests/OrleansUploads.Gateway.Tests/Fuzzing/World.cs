namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>The vaults of two accounts and what the fuzzer knows about them.</summary>
internal sealed class World
{
    /// <summary>A vault that is empty although its inventory may not show that yet.</summary>
    public const string Emptied = "spare-1";

    /// <summary>The names of vaults that requests create and delete.</summary>
    private static readonly string[] SpareNames = [Emptied, "spare-2", "spare-3", "spare.4", "Spare_5", "gone"];

    private World(IReadOnlyList<KnownVault> vaults) => Vaults = vaults;

    /// <summary>All vaults that may exist.</summary>
    public IReadOnlyList<KnownVault> Vaults { get; }

    /// <summary>An upload in the vault "parts" whose bytes are in external storage.</summary>
    public KnownUpload? Located { get; set; }

    /// <summary>Creates the world of a new server.</summary>
    public static World New()
    {
        string[] owners = ["plain", "parts", "tagged", "shared", "locking", "locked", "full"];
        string[] strangers = ["plain", "theirs"];
        return new World(
        [
            .. owners.Concat(SpareNames).Select(name => new KnownVault(new Signer(), GatewaySetup.Account.ToString(), name)),
            .. strangers.Concat(SpareNames.Take(2)).Select(
                name => new KnownVault(Signer.Stranger, GatewaySetup.StrangersAccount.ToString(), name)),
        ]);
    }

    public KnownVault Vault(string name, bool strangers = false) =>
        Vaults.First(vault => vault.Name == name && vault.Owner == (strangers ? Signer.Stranger : new Signer()));

    /// <summary>A random vault that probably exists.</summary>
    public KnownVault AnyVault(Dice dice)
    {
        var vault = dice.PickFrom(Vaults);
        return SpareNames.Contains(vault.Name) && !dice.OneIn(3) ? dice.PickFrom(Vaults) : vault;
    }

    /// <summary>A random vault that requests may create and delete.</summary>
    public KnownVault SpareVault(Dice dice) => dice.PickFrom([.. Vaults.Where(vault => SpareNames.Contains(vault.Name))]);
}
