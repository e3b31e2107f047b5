namespace OrleansUploads.Core.Vaults;

/// <summary>When the inventory of a vault is taken.</summary>
public enum InventorySchedule
{
    /// <summary>With every change, so that it is always current. The default.</summary>
    Current = 0,

    /// <summary>Once a day, if something was written since the last one, as in the real service. A vault's days begin at the
    /// time of its creation, so that not all vaults take theirs at once.</summary>
    Daily = 1,
}
