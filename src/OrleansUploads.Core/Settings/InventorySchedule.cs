namespace OrleansUploads.Core.Settings;

/// <summary>When a vault's inventory is taken.</summary>
public enum InventorySchedule
{
    /// <summary>The inventory is updated with every change, so it is always current. The default.</summary>
    Current = 0,

    /// <summary>The inventory is taken once a day if the vault has changed since the last one, as Amazon does. Days are counted
    /// from the vault's creation time, so that the inventories of different vaults are spread over the day.</summary>
    Daily = 1,
}
