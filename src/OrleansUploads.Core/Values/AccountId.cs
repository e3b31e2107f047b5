namespace OrleansUploads.Core.Values;

/// <summary>ID of an account: 12 digits.</summary>
public readonly record struct AccountId : ITextValue<AccountId>
{
    public const int Digits = 12;

    private readonly string? _text;

    private AccountId(string text) => _text = text;

    public EntityId Entity => new(EntityKind.Account, ToString());

    public static bool TryParse(string? text, out AccountId id)
    {
        var ok = text is { Length: Digits } && !text.AsSpan().ContainsAnyExceptInRange('0', '9');
        id = ok ? new AccountId(text!) : default;
        return ok;
    }

    public override string ToString() => _text ?? "";
}
