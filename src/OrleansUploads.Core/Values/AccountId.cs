namespace OrleansUploads.Core.Values;

/// <summary>ID of an account: 12 digits.</summary>
public readonly record struct AccountId : ITextValue<AccountId>
{
    /// <summary>The number of digits.</summary>
    public const int Digits = 12;

    private readonly string? _text;

    private AccountId(string text) => _text = text;

    /// <summary>ID of the account entity.</summary>
    public EntityId Entity => new(EntityKind.Account, ToString());

    /// <summary>Parses exactly 12 digits.</summary>
    public static bool TryParse(string? text, out AccountId id)
    {
        var ok = text is { Length: Digits } && !text.AsSpan().ContainsAnyExceptInRange('0', '9');
        id = ok ? new AccountId(text!) : default;
        return ok;
    }

    /// <summary>The 12 digits.</summary>
    public override string ToString() => _text ?? "";
}
