namespace DebugRelay.Shipper.Siem;

/// <summary>Gives one output its events, in order.</summary>
internal interface IAuditSource
{
    /// <summary>The next events; none where there is nothing new. Asked again without <see cref="Acknowledge"/>, it gives the same again.</summary>
    /// <exception cref="ShipperException">The source cannot be read now.</exception>
    IReadOnlyList<AuditEvent> Next();

    /// <summary>The receiver has taken what <see cref="Next"/> gave: it is not given again, also after a crash.</summary>
    /// <exception cref="ShipperException">It cannot be remembered.</exception>
    void Acknowledge();
}
